import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { readItem } from '../runtime/dynamodb.ts';
import type { OptInProgress } from './campaign.ts';
import { optInProgressKey, parseOptInProgress } from './campaign-items.ts';

/** Reads and writes the progress of each campaign's last "Add Opt-Ins" (T6). */
export type OptInRuns = ReturnType<typeof createOptInRuns>;

/** @param table the outreach table. */
export function createOptInRuns(client: DynamoDBDocumentClient, table: string) {
  return {
    get: async (campaignId: string): Promise<OptInProgress | undefined> => {
      const item = await readItem({ client, table }, optInProgressKey(campaignId));
      return item && parseOptInProgress(item);
    },
    /** Stores the progress of a run. @returns false when another worker of this run is further already. */
    storeProgress: async (campaignId: string, progress: OptInProgress): Promise<boolean> => {
      const put = new PutCommand({
        TableName: table,
        Item: { ...optInProgressKey(campaignId), ...progress },
        ConditionExpression: 'attribute_not_exists(pk) OR run <> :run OR seen <= :seen',
        ExpressionAttributeValues: { ':run': progress.run, ':seen': progress.seen },
      });
      return (await ifConditionHolds(client.send(put))) !== undefined;
    },
  };
}
