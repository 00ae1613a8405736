import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { createBus } from './bus.ts';
import { type PublishDeps, publishChanges, type StreamChange } from './publish.ts';

const env = readEnv(['organization', 'consentTable', 'outreachTable', 'eventBus']);
const deps: PublishDeps = {
  bus: createBus(new EventBridgeClient(AWS_REQUESTS), env.eventBus),
  organization: env.organization,
  onUnreadable: ({ sequenceNumber, table }, error) => {
    logger.error('A change cannot be read, so its event is not published', {
      sequenceNumber,
      table,
      ...describeError(error),
    });
    countOutcomes({ eventUnreadable: 1 });
  },
};

export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const { published, refused, beginAgain } = await publishChanges(deps, Records.map(changeOf));
  countOutcomes({ eventPublished: published, eventRefused: refused });
  // A stream is ordered: Lambda goes on from the first change that the bus refused, and those behind it come again.
  return { batchItemFailures: beginAgain === undefined ? [] : [{ itemIdentifier: beginAgain }] };
}

function changeOf({ dynamodb, eventSourceARN }: DynamoDBRecord): StreamChange {
  return {
    sequenceNumber: dynamodb?.SequenceNumber ?? '',
    table: eventSourceARN?.includes(`table/${env.outreachTable}/`) ? 'outreach' : 'consent',
    before: unmarshalled(dynamodb?.OldImage),
    after: unmarshalled(dynamodb?.NewImage),
  };
}

function unmarshalled(image: object | undefined): Item | undefined {
  return image && unmarshall(image as Record<string, AttributeValue>);
}
