import * as z from 'zod';

/** An API name of Salesforce. API names go into queries, so nothing else is accepted. */
const apiName = z
  .string()
  .trim()
  .regex(/^[A-Za-z]\w{0,79}$/, 'Use the API name, for example SMS_Opt_In__c');

/** An object of Salesforce, with the phones it holds and the objects it belongs to. */
export const crmObjectSchema = z.strictObject({
  /** The admins' name for it: `Prospect`, `Lead Source`. */
  label: z.string().trim().min(1).max(80),
  name: apiName,
  /** Fields that hold phone numbers. Absent: every field of the type phone. */
  phoneFields: z.array(apiName).max(10).optional(),
  /** Labels of the objects whose records it belongs to, found by its lookup fields. */
  belongsTo: z.array(z.string().trim().min(1).max(80)).max(5).optional(),
});
export type CrmObject = z.infer<typeof crmObjectSchema>;

/** The two products of ImproveIt 360. */
export const crmProducts = ['classic', 'lightning'] as const;

/** The objects of the two products whose names are public (ImproveIt 360 Classic and Lightning). */
export const DEFAULT_OBJECTS: Readonly<Record<(typeof crmProducts)[number], readonly CrmObject[]>> = {
  classic: [
    { label: 'Prospect', name: 'i360__Prospect__c' },
    { label: 'Lead Source', name: 'i360__Lead_Source__c', belongsTo: ['Prospect'] },
    { label: 'Appointment', name: 'i360__Appointment__c', belongsTo: ['Prospect'] },
  ],
  lightning: [
    { label: 'eLead', name: 'i360core__eLead__c' },
    { label: 'Account', name: 'Account' },
    { label: 'Contact', name: 'Contact' },
    { label: 'Inquiry', name: 'i360core__Inquiry__c', belongsTo: ['Account', 'Contact'] },
    { label: 'Lead Source', name: 'i360core__Lead_Source__c', belongsTo: ['Account', 'Contact'] },
  ],
};

/** The organization's preferences for ImproveIt 360. */
export const crmPreferencesSchema = z.strictObject({
  enabled: z.boolean(),
  product: z.enum(crmProducts),
  /** Objects in addition to the product's own. One with the label of a product's object replaces it. */
  objects: z.array(crmObjectSchema).max(20),
  /** A lead that waits for consent is looked up at most once within this time. */
  intervalMinutes: z
    .int()
    .min(5)
    .max(7 * 24 * 60),
  /** Share of the org's API calls of 24 hours at which look-ups of waiting leads stop; 0.1 to 0.95. */
  limitShare: z.number().min(0.1).max(0.95),
});
export type CrmPreferences = z.infer<typeof crmPreferencesSchema>;

/** The preferences of an organization that has set none. */
export const defaultCrmPreferences: CrmPreferences = {
  enabled: false,
  product: 'classic',
  objects: [],
  intervalMinutes: 60,
  limitShare: 0.7,
};

/** A row of the opt-in field mappings (H7). */
export const mappingInputSchema = z.strictObject({
  /** Number of the form's checkbox, from 1. */
  checkbox: z.int().min(1).max(20),
  /** A label such as `Prospect`, or an API name. */
  object: z.string().trim().min(1).max(80),
  /** The field's API name. A wrong one is stored, and its check says that it is wrong (H8). */
  field: z.string().trim().min(1).max(80),
});
export type MappingInput = z.infer<typeof mappingInputSchema>;
export const mappingSchema = z.object({ id: z.string(), ...mappingInputSchema.shape });
export type Mapping = z.infer<typeof mappingSchema>;

/** Lists the objects in use: the organization's own, then the product's whose labels are not replaced. */
export function objectsOf({ product, objects }: Pick<CrmPreferences, 'product' | 'objects'>): CrmObject[] {
  const own = new Set(objects.map(({ label }) => label.toLowerCase()));
  return [...objects, ...DEFAULT_OBJECTS[product].filter(({ label }) => !own.has(label.toLowerCase()))];
}

/** Finds the object of a mapping. @param given a label or an API name; an unknown word is used as an API name. */
export function findCrmObject(objects: readonly CrmObject[], given: string): CrmObject {
  const word = given.trim().toLowerCase();
  return (
    objects.find(({ label }) => label.toLowerCase() === word) ??
    objects.find(({ name }) => name.toLowerCase() === word) ?? { label: given, name: given.trim() }
  );
}
