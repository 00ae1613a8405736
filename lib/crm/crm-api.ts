import * as z from 'zod';
import { pageQuery, type RouteDescription, removedSchema } from '../http/route.ts';
import { mappingCheckSchema } from './check-mapping.ts';
import { crmJobSchema } from './crm-job.ts';
import {
  type CrmPreferences,
  crmPreferencesSchema,
  defaultCrmPreferences,
  mappingInputSchema,
  mappingSchema,
  objectsOf,
} from './preferences.ts';
import { crmStatusSchema } from './status-store.ts';

/** The reason why Salesforce could not check a row. The row is kept (H8). */
const notCheckedSchema = z.object({ unknown: z.string() }).meta({
  id: 'CrmMappingNotChecked',
  description: 'Why Salesforce could not be asked about the mapping.',
});
const rowCheckSchema = z.union([mappingCheckSchema, notCheckedSchema]);
export type RowCheck = z.infer<typeof rowCheckSchema>;

const rowSchema = z
  .object({ ...mappingSchema.shape, check: rowCheckSchema })
  .meta({ id: 'CrmMapping', description: 'A row of the opt-in field mappings and the check of its field.' });
const mappingInput = { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' };
const mapping = { id: '9d0c7b0a-8f57-4a57-9d0e-0a7a5f7f6f11', ...mappingInput };
const row: z.infer<typeof rowSchema> = {
  ...mapping,
  check: {
    object: 'i360__Prospect__c',
    exists: true,
    readable: true,
    writable: true,
    boolean: true,
    detail: 'i360__Prospect__c.SMS_Opt_In__c is read and written.',
  },
};
const mappingInputBody = mappingInputSchema.meta({ id: 'CrmMappingInput' });

const preferencesSchema = z
  .object({
    ...crmPreferencesSchema.shape,
    objectsInUse: z.array(z.looseObject({ label: z.string(), name: z.string() })),
  })
  .meta({ id: 'CrmPreferences', description: 'How ImproveIt 360 is used, and the objects that follow.' });

/** Builds the API's answer from the preferences: adds the objects that are in use. */
export function shownPreferences(preferences: CrmPreferences) {
  return { ...preferences, objectsInUse: objectsOf(preferences) };
}

const preferencesAnswer = {
  status: 200,
  schema: preferencesSchema,
  example: shownPreferences(defaultCrmPreferences),
};

/** Describes the CRM's routes. openapi.json is generated from this, and crm-lookup serves them. */
export const crmApi = {
  getPreferences: {
    method: 'GET',
    path: '/crm/preferences',
    operationId: 'getCrmPreferences',
    tag: 'crm',
    summary: 'How ImproveIt 360 is used',
    roles: ['admin'],
    answers: preferencesAnswer,
  },
  changePreferences: {
    method: 'PATCH',
    path: '/crm/preferences',
    operationId: 'changeCrmPreferences',
    tag: 'crm',
    summary: 'Changes how ImproveIt 360 is used; it holds from the next look-up',
    roles: ['admin'],
    body: crmPreferencesSchema.partial().meta({ id: 'CrmPreferencesChange' }),
    bodyExample: { enabled: true },
    answers: preferencesAnswer,
  },
  listMappings: {
    method: 'GET',
    path: '/crm/mappings',
    operationId: 'listCrmMappings',
    tag: 'crm',
    summary: 'The opt-in field mappings, each with what Salesforce says of its field',
    roles: ['admin'],
    answers: {
      status: 200,
      schema: z.object({ mappings: z.array(rowSchema) }),
      example: { mappings: [row] },
    },
  },
  addMapping: {
    method: 'POST',
    path: '/crm/mappings',
    operationId: 'addCrmMapping',
    tag: 'crm',
    summary:
      'Adds an opt-in field mapping and says whether its field can be used; a wrong one is kept and skipped',
    roles: ['admin'],
    body: mappingInputBody,
    bodyExample: mappingInput,
    answers: { status: 201, schema: rowSchema, example: row },
  },
  changeMapping: {
    method: 'PUT',
    path: '/crm/mappings/{id}',
    operationId: 'changeCrmMapping',
    tag: 'crm',
    summary: 'Changes an opt-in field mapping',
    roles: ['admin'],
    body: mappingInputBody,
    bodyExample: mappingInput,
    answers: { status: 200, schema: rowSchema, example: row },
  },
  removeMapping: {
    method: 'DELETE',
    path: '/crm/mappings/{id}',
    operationId: 'removeCrmMapping',
    tag: 'crm',
    summary: 'Removes an opt-in field mapping; consents that it brought stay',
    roles: ['admin'],
    answers: { status: 200, schema: removedSchema, example: { removed: mapping.id } },
  },
  getStatus: {
    method: 'GET',
    path: '/crm/status',
    operationId: 'getCrmStatus',
    tag: 'crm',
    summary: 'How the last look-ups went, and how many API calls the org has used',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: crmStatusSchema,
      example: {
        lastRunAt: '2026-11-20T15:04:00.000Z',
        lastSuccessAt: '2026-11-20T15:04:00.000Z',
        pace: 'all',
      },
    },
  },
  listWriteBacks: {
    method: 'GET',
    path: '/crm/write-backs',
    operationId: 'listCrmWriteBacks',
    tag: 'crm',
    summary:
      'Ticked checkboxes on their way to the CRM, newest first: what was written, what was not, and when it is tried again',
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ writeBacks: z.array(crmJobSchema), next: z.string().nullable() }),
      example: { writeBacks: [], next: null },
    },
  },
} as const satisfies Record<string, RouteDescription>;
