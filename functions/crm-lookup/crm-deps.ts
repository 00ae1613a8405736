import type { WorkIndex } from '../../lib/automation/work-index.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { CrmJobStore } from '../../lib/crm/crm-job-store.ts';
import type { Descriptions } from '../../lib/crm/descriptions.ts';
import type { LookupStore } from '../../lib/crm/lookup-store.ts';
import type { CrmPreferencesStore } from '../../lib/crm/preferences-store.ts';
import type { Salesforce } from '../../lib/crm/salesforce.ts';
import type { StatusStore } from '../../lib/crm/status-store.ts';

/** The function's dependencies. The Salesforce session and the descriptions live as long as the warm Lambda. */
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

/** The counts of one run: numbers looked up, CRM opt-ins recorded, fields ticked, and runs that Salesforce ended. */
export interface RunCounts {
  lookedUp: number;
  optIns: number;
  written: number;
  failed: number;
}
