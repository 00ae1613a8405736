import { crmApi, type RowCheck, shownPreferences } from '../../lib/crm/crm-api.ts';
import { WRITE_BACKS } from '../../lib/crm/crm-items.ts';
import type { CrmJobStore } from '../../lib/crm/crm-job-store.ts';
import type { CrmPreferences, Mapping } from '../../lib/crm/preferences.ts';
import type { CrmPreferencesStore } from '../../lib/crm/preferences-store.ts';
import type { StatusStore } from '../../lib/crm/status-store.ts';
import { decodeCursor, encodeCursor } from '../../lib/http/cursor.ts';
import { defineRoute, notFound, type RouteOf } from '../../lib/http/route.ts';

export interface CrmRouteDeps {
  readonly preferences: CrmPreferencesStore;
  /** Asks Salesforce whether the fields of mappings can be used. Returns the checks in the order of the mappings. */
  readonly verify: (preferences: CrmPreferences, mappings: readonly Mapping[]) => Promise<RowCheck[]>;
  readonly crmJobs: Pick<CrmJobStore, 'writeBacks'>;
  readonly status: Pick<StatusStore, 'read'>;
}

function route<Body = undefined, Query = undefined>(definition: RouteOf<CrmRouteDeps, Body, Query>) {
  return defineRoute(definition);
}

/** The routes under `/crm`. This function serves them because only it may log in to Salesforce. */
export const crmRoutes: readonly RouteOf<CrmRouteDeps>[] = [
  route({
    ...crmApi.getPreferences,
    handle: async ({ preferences }) => {
      return { status: 200, body: shownPreferences(await preferences.preferences()) };
    },
  }),
  route({
    ...crmApi.changePreferences,
    handle: async ({ preferences }, { body, actor }) => {
      const change = Object.entries(body).filter(([, value]) => value !== undefined);
      const changed = await preferences.changePreferences(Object.fromEntries(change), actor);
      return { status: 200, body: shownPreferences(changed) };
    },
  }),
  route({
    ...crmApi.listMappings,
    handle: async ({ preferences, verify }) => {
      const rows = await preferences.mappings();
      const checks = await verify(await preferences.preferences(), rows);
      const mappings = rows.map((row, index) => ({ ...row, check: checks[index] }));
      return { status: 200, body: { mappings } };
    },
  }),
  route({
    ...crmApi.addMapping,
    handle: async (deps, { body, actor }) => {
      const saved = await deps.preferences.addMapping(body, actor);
      return { status: 201, body: await withCheck(deps, saved) };
    },
  }),
  route({
    ...crmApi.changeMapping,
    handle: async (deps, { path, body, actor }) => {
      const changed = { id: path['id'] ?? '', ...body };
      if (!(await deps.preferences.changeMapping(changed, actor))) throw notFound('mapping');
      return { status: 200, body: await withCheck(deps, changed) };
    },
  }),
  route({
    ...crmApi.removeMapping,
    handle: async ({ preferences }, { path }) => {
      const id = path['id'] ?? '';
      if (!(await preferences.removeMapping(id))) throw notFound('mapping');
      return { status: 200, body: { removed: id } };
    },
  }),
  route({
    ...crmApi.getStatus,
    handle: async ({ status }) => ({ status: 200, body: await status.read() }),
  }),
  route({
    ...crmApi.listWriteBacks,
    handle: async ({ crmJobs }, { query }) => {
      const page = await crmJobs.writeBacks(query.limit, decodeCursor(query.cursor, WRITE_BACKS));
      return { status: 200, body: { writeBacks: page.crmJobs, next: encodeCursor(page.next) } };
    },
  }),
];

async function withCheck({ preferences, verify }: CrmRouteDeps, saved: Mapping) {
  const [check] = await verify(await preferences.preferences(), [saved]);
  return { ...saved, check };
}
