import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../local/engines.ts';
import { findRunningInstance } from '../local/instance.ts';

export interface Where {
  /** The DynamoDB of AWS, with the credentials of the environment, rather than of this machine. */
  readonly aws: boolean;
  readonly region?: string | undefined;
  /** A DynamoDB at another address; wins over all else. */
  readonly endpoint?: string | undefined;
  /** What `npm start` keeps. */
  readonly state: string;
}

export interface Place {
  readonly config: DynamoDBClientConfig;
  readonly close: () => Promise<void>;
}

const NOTHING_TO_CLOSE = async () => {};

/** Where the tables are: in AWS, at an address, or in what `npm start` keeps, whether that runs or not. */
export async function resolvePlace({ aws, region, endpoint, state }: Where): Promise<Place> {
  const local = { region: region ?? LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  if (endpoint !== undefined) return { config: { ...local, endpoint }, close: NOTHING_TO_CLOSE };
  if (aws) return { config: { ...(region !== undefined && { region }) }, close: NOTHING_TO_CLOSE };
  const running = await findRunningInstance(state);
  if (running) return { config: { ...local, endpoint: running.dynamoDbUrl }, close: NOTHING_TO_CLOSE };
  if (!existsSync(databaseOf(state))) {
    throw new Error(`There is no state in ${state}. Run npm start first, or see --help.`);
  }
  return ownEngine(state);
}

/** A DynamoDB of one's own over a state on which nothing runs, empty if it is new. */
export async function ownEngine(state: string): Promise<Place> {
  const engine = await startDynamoDb({ path: databaseOf(state) });
  const config = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint: engine.endpoint };
  return { config, close: engine.stop };
}

function databaseOf(state: string): string {
  return join(state, 'dynamodb.sqlite');
}
