import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Errand, newErrand } from './crm-job.ts';
import { createErrandStore } from './crm-job-store.ts';
import { createCrmPreferencesStore } from './preferences-store.ts';

export interface ArrivalsDeps {
  readonly client: DynamoDBDocumentClient;
  readonly configurationTable: string;
  readonly outreachTable: string;
  readonly now: () => Date;
}

/** Where whoever takes leads in leaves word of them for the CRM. */
export type Arrivals = ReturnType<typeof createArrivals>;

export function createArrivals({ client, configurationTable, outreachTable, now }: ArrivalsDeps) {
  const preferences = createCrmPreferencesStore({ client, table: configurationTable, now });
  const errands = createErrandStore({ client, table: outreachTable, now });
  return {
    /**
     * Leaves word that a lead arrived, for crm-lookup to look it up (H6) and tick what was ticked (H9). Asks nothing of
     * Salesforce, and does nothing where ImproveIt 360 is not in use. The same arrival twice is one.
     */
    async announce(arrival: Pick<Errand, 'number' | 'id' | 'checkboxes'>): Promise<void> {
      const { enabled } = await preferences.preferences();
      if (enabled) await errands.add(newErrand(arrival, now()));
    },
  };
}
