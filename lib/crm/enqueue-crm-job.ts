import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type CrmJob, newCrmJob } from './crm-job.ts';
import { createCrmJobStore } from './crm-job-store.ts';
import { createCrmPreferencesStore } from './preferences-store.ts';

export interface CrmJobQueueDeps {
  readonly client: DynamoDBDocumentClient;
  readonly configurationTable: string;
  readonly outreachTable: string;
  readonly now: () => Date;
}

/** Queues a CRM look-up for each new lead. */
export type CrmJobQueue = ReturnType<typeof createCrmJobQueue>;

/** Creates the queue of CRM jobs. Functions that create leads use it. */
export function createCrmJobQueue({ client, configurationTable, outreachTable, now }: CrmJobQueueDeps) {
  const preferences = createCrmPreferencesStore({ client, table: configurationTable, now });
  const crmJobs = createCrmJobStore({ client, table: outreachTable, now });
  return {
    /**
     * Queues a CRM job for a lead: crm-lookup looks the number up (H6) and ticks the fields of the ticked checkboxes (H9). Makes
     * no request to Salesforce, and does nothing when ImproveIt 360 is off. The same id twice is one job.
     */
    async enqueueCrmJob(lead: Pick<CrmJob, 'number' | 'id' | 'checkboxes'>): Promise<void> {
      const { enabled } = await preferences.preferences();
      if (enabled) await crmJobs.add(newCrmJob(lead, now()));
    },
  };
}
