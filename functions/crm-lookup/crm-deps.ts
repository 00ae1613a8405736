import type { WorkIndex } from '../../lib/automation/work-index.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { CrmJobStore } from '../../lib/crm/crm-job-store.ts';
import type { Descriptions } from '../../lib/crm/descriptions.ts';
import type { LookupStore } from '../../lib/crm/lookup-store.ts';
import type { CrmPreferencesStore } from '../../lib/crm/preferences-store.ts';
import type { Salesforce } from '../../lib/crm/salesforce.ts';
import type { StatusStore } from '../../lib/crm/status-store.ts';

/** What the function works with. The connection and the descriptions live as long as the warm Lambda. */
export interface CrmDeps {
  readonly salesforce: Salesforce;
  readonly descriptions: Descriptions;
  readonly preferences: CrmPreferencesStore;
  readonly lookups: LookupStore;
  readonly crmJobs: CrmJobStore;
  readonly status: StatusStore;
  readonly registry: Pick<ConsentRegistry, 'readMany' | 'loadSnapshots' | 'record'>;
  readonly index: Pick<WorkIndex, 'waiting'>;
  readonly now: () => Date;
}

/** What became of a run, for the counts. */
export interface RunCounts {
  lookedUp: number;
  attested: number;
  written: number;
  failed: number;
}
