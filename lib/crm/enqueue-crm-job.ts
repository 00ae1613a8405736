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

/** Where whoever takes leads in leaves word of them for the CRM. */
export type CrmJobQueue = ReturnType<typeof createCrmJobQueue>;

export function createCrmJobQueue({ client, configurationTable, outreachTable, now }: CrmJobQueueDeps) {
  const preferences = createCrmPreferencesStore({ client, table: configurationTable, now });
  const crmJobs = createCrmJobStore({ client, table: outreachTable, now });
  return {
    /**
     * Leaves word that a lead arrived, for crm-lookup to look it up (H6) and tick what was ticked (H9). Asks nothing of
     * Salesforce, and does nothing where ImproveIt 360 is not in use. The same arrival twice is one.
     */
    async enqueueCrmJob(arrival: Pick<CrmJob, 'number' | 'id' | 'checkboxes'>): Promise<void> {
      const { enabled } = await preferences.preferences();
      if (enabled) await crmJobs.add(newCrmJob(arrival, now()));
    },
  };
}
