import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { readItem } from '../runtime/dynamodb.ts';
import type { OptInProgress } from './campaign.ts';
import { optInProgressKey, parseOptInProgress } from './campaign-items.ts';

/** How far the last "Add Opt-Ins" of each campaign is (T6). */
export type OptInRuns = ReturnType<typeof createOptInRuns>;

export function createOptInRuns(client: DynamoDBDocumentClient, table: string) {
  return {
    get: async (campaignId: string): Promise<OptInProgress | undefined> => {
      const item = await readItem({ client, table }, optInProgressKey(campaignId));
      return item && parseOptInProgress(item);
    },
    /** @returns false when another worker of this run is further already. */
    note: async (campaignId: string, progress: OptInProgress): Promise<boolean> => {
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
