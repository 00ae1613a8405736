import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { defineRoute, notFound, pageQuery, type RouteOf } from '../http/route.ts';
import { type MappingCheck, mappingCheckSchema } from './check-mapping.ts';
import { WRITE_BACKS } from './crm-items.ts';
import { crmJobSchema } from './crm-job.ts';
import type { CrmJobStore } from './crm-job-store.ts';
import {
  type CrmPreferences,
  crmPreferencesSchema,
  defaultCrmPreferences,
  type Mapping,
  mappingInputSchema,
  mappingSchema,
  objectsOf,
} from './preferences.ts';
import type { CrmPreferencesStore } from './preferences-store.ts';
import { crmStatusSchema, type StatusStore } from './status-store.ts';

export interface CrmRouteDeps {
  readonly preferences: CrmPreferencesStore;
  /** Asks Salesforce about some rows; their checks in the same order. */
  readonly verify: (preferences: CrmPreferences, mappings: readonly Mapping[]) => Promise<RowCheck[]>;
  readonly crmJobs: Pick<CrmJobStore, 'writeBacks'>;
  readonly status: Pick<StatusStore, 'read'>;
}

/** What Salesforce says of a row, or why it could not be asked. A row is kept whatever this says (H8). */
export type RowCheck = MappingCheck | { readonly unknown: string };

const rowSchema = z.object({
  ...mappingSchema.shape,
  check: z.union([mappingCheckSchema, z.object({ unknown: z.string() })]),
});
const mappingInput = { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' };
const mapping = { id: '9d0c7b0a-8f57-4a57-9d0e-0a7a5f7f6f11', ...mappingInput };
const row = {
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
const objectsSchema = z.array(z.looseObject({ label: z.string(), name: z.string() }));
const preferencesAnswer = {
  status: 200,
  schema: z.object({ ...crmPreferencesSchema.shape, objectsInUse: objectsSchema }),
  example: { ...defaultCrmPreferences, objectsInUse: objectsOf(defaultCrmPreferences) },
};

function shown(preferences: CrmPreferences) {
  return { ...preferences, objectsInUse: objectsOf(preferences) };
}

async function withCheck({ preferences, verify }: CrmRouteDeps, saved: Mapping) {
  const [check] = await verify(await preferences.preferences(), [saved]);
  return { ...saved, check };
}

function route<Body = undefined, Query = undefined>(definition: RouteOf<CrmRouteDeps, Body, Query>) {
  return defineRoute(definition);
}

/** Preferences for ImproveIt 360. Served by crm-lookup, which alone may log in to Salesforce. */
export const crmRoutes: readonly RouteOf<CrmRouteDeps>[] = [
  route({
    method: 'GET',
    path: '/crm/preferences',
    summary: 'How ImproveIt 360 is used',
    roles: ['admin'],
    answers: preferencesAnswer,
    handle: async ({ preferences }) => ({ status: 200, body: shown(await preferences.preferences()) }),
  }),
  route({
    method: 'PATCH',
    path: '/crm/preferences',
    summary: 'Changes how ImproveIt 360 is used; it holds from the next look-up',
    roles: ['admin'],
    body: crmPreferencesSchema.partial().meta({ example: { enabled: true } }),
    answers: preferencesAnswer,
    handle: async ({ preferences }, { body, actor }) => {
      const given = Object.entries(body).filter(([, value]) => value !== undefined);
      const changed = await preferences.changePreferences(Object.fromEntries(given), actor);
      return { status: 200, body: shown(changed) };
    },
  }),
  route({
    method: 'GET',
    path: '/crm/mappings',
    summary: 'The opt-in field mappings, each with what Salesforce says of its field',
    roles: ['admin'],
    answers: {
      status: 200,
      schema: z.object({ mappings: z.array(rowSchema) }),
      example: { mappings: [row] },
    },
    handle: async ({ preferences, verify }) => {
      const rows = await preferences.mappings();
      const checks = await verify(await preferences.preferences(), rows);
      return {
        status: 200,
        body: { mappings: rows.map((one, index) => ({ ...one, check: checks[index] })) },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/crm/mappings',
    summary:
      'Adds an opt-in field mapping and says whether its field can be used; a wrong one is kept and skipped',
    roles: ['admin'],
    body: mappingInputSchema.meta({ example: mappingInput }),
    answers: { status: 201, schema: rowSchema, example: row },
    handle: async (deps, { body, actor }) => {
      const saved = await deps.preferences.addMapping(body, actor);
      return { status: 201, body: await withCheck(deps, saved) };
    },
  }),
  route({
    method: 'PUT',
    path: '/crm/mappings/{id}',
    summary: 'Changes an opt-in field mapping',
    roles: ['admin'],
    body: mappingInputSchema.meta({ example: mappingInput }),
    answers: { status: 200, schema: rowSchema, example: row },
    handle: async (deps, { path, body, actor }) => {
      const changed = { id: path['id'] ?? '', ...body };
      if (!(await deps.preferences.changeMapping(changed, actor))) throw notFound('mapping');
      return { status: 200, body: await withCheck(deps, changed) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/crm/mappings/{id}',
    summary: 'Removes an opt-in field mapping; consents that it brought stay',
    roles: ['admin'],
    answers: { status: 200, schema: z.object({ removed: z.string() }), example: { removed: mapping.id } },
    handle: async ({ preferences }, { path }) => {
      const id = path['id'] ?? '';
      if (!(await preferences.removeMapping(id))) throw notFound('mapping');
      return { status: 200, body: { removed: id } };
    },
  }),
  route({
    method: 'GET',
    path: '/crm/status',
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
    handle: async ({ status }) => ({ status: 200, body: await status.read() }),
  }),
  route({
    method: 'GET',
    path: '/crm/write-backs',
    summary:
      'Ticked checkboxes on their way to the CRM, newest first: what was written, what was not, and when it is tried again',
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ writeBacks: z.array(crmJobSchema), next: z.string().nullable() }),
      example: { writeBacks: [], next: null },
    },
    handle: async ({ crmJobs }, { query }) => {
      const page = await crmJobs.writeBacks(query.limit, decodeCursor(query.cursor, WRITE_BACKS));
      return { status: 200, body: { writeBacks: page.crmJobs, next: encodeCursor(page.next) } };
    },
  }),
];
