import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import { EDGE } from '../../lib/lambda/edge.ts';
import { failure } from '../../lib/lambda/failure.ts';
import { requestLog } from '../../lib/lambda/request-log.ts';
import { streamChanges } from '../../lib/lambda/stream-changes.ts';
import { AWS_REQUESTS } from '../../lib/runtime/aws-requests.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createBus } from './bus.ts';
import { publishBatch } from './publish-batch.ts';

const env = readEnv(['organization', 'consentTable', 'outreachTable', 'eventBus']);
const deps = {
  bus: createBus(new EventBridgeClient(AWS_REQUESTS), env.eventBus),
  organization: env.organization,
};

export const handler = middy(EDGE)
  .use(requestLog())
  .use(streamChanges({ consent: env.consentTable, outreach: env.outreachTable }))
  .use(failure({ message: 'Changes could not be published', metric: 'publishFailed' }))
  .handler(({ changes }) => publishBatch(deps, changes));
