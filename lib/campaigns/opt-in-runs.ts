import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure } from '../runtime/dynamodb.ts';
import type { OptInProgress } from './campaign.ts';
import { optInProgressKey, parseOptInProgress } from './campaign-items.ts';

/** How far the last "Add Opt-Ins" of each campaign is (T6). */
export type OptInRuns = ReturnType<typeof createOptInRuns>;

export function createOptInRuns(client: DynamoDBDocumentClient, table: string) {
  return {
    get: async (campaignId: string): Promise<OptInProgress | undefined> => {
      const key = { TableName: table, Key: optInProgressKey(campaignId), ConsistentRead: true };
      const { Item } = await client.send(new GetCommand(key));
      return Item && parseOptInProgress(Item);
    },
    /** @returns false when another worker of this run is further already. */
    note: async (campaignId: string, progress: OptInProgress): Promise<boolean> => {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...optInProgressKey(campaignId), ...progress },
            ConditionExpression: 'attribute_not_exists(pk) OR run <> :run OR seen <= :seen',
            ExpressionAttributeValues: { ':run': progress.run, ':seen': progress.seen },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },
  };
}
