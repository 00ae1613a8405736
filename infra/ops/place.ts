import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../local/engines.ts';
import { findRunningInstance, type Instance } from '../local/instance.ts';
import { EnvironmentProblem, UsageProblem } from './problem.ts';

export interface Where {
  /** AWS, with the credentials of the environment, rather than this machine. */
  readonly aws: boolean;
  readonly region: string | undefined;
  /** An engine at another address; wins over all else. */
  readonly endpoint: string | undefined;
  /** What `npm start` keeps. */
  readonly state: string;
}

/** What a client of the AWS SDK takes. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: typeof LOCAL_CREDENTIALS;
}

export interface Place {
  readonly config: ClientSettings;
  readonly close: () => Promise<void>;
}

const NOTHING_TO_CLOSE = async () => {};

/**
 * Finds the tables: in AWS, at an address, or in what `npm start` keeps, whether that runs or not.
 *
 * @throws EnvironmentProblem when there is no state and no engine.
 */
export async function tablesAt(where: Where): Promise<Place> {
  const config = await settingsFor(where, ({ dynamoDbUrl }) => dynamoDbUrl);
  if (config) return { config, close: NOTHING_TO_CLOSE };
  if (!existsSync(databaseOf(where.state))) throw nothingIn(where.state);
  return ownEngine(where.state);
}

/** Finds the queues: in AWS, at an address, or of the instance that runs. @throws EnvironmentProblem when none runs. */
export async function queuesAt(where: Where): Promise<ClientSettings> {
  const config = await settingsFor(where, ({ queuesUrl }) => queuesUrl);
  if (config) return config;
  throw new EnvironmentProblem(
    `Nothing runs on ${where.state}. Run npm start first, or name an --organization in AWS.`,
  );
}

/** Makes a new state where there is none. @throws UsageProblem when an instance runs on it. */
export async function newTablesAt(where: Where): Promise<Place> {
  if (where.aws || where.endpoint !== undefined) return tablesAt(where);
  if (await findRunningInstance(where.state)) {
    throw new UsageProblem(`An instance runs on ${where.state}. End it, or give another --state.`);
  }
  return ownEngine(where.state);
}

/** @returns undefined when the place is this machine, and nothing runs. */
async function settingsFor(
  { aws, region, endpoint, state }: Where,
  urlOf: (instance: Instance) => string,
): Promise<ClientSettings | undefined> {
  const local = { region: region ?? LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  if (endpoint !== undefined) return { ...local, endpoint };
  if (aws) return region === undefined ? {} : { region };
  const running = await findRunningInstance(state);
  return running && { ...local, endpoint: urlOf(running) };
}

/** Starts a DynamoDB over a state on which nothing runs, empty if it is new. */
async function ownEngine(state: string): Promise<Place> {
  const { endpoint, stop } = await startDynamoDb({ path: databaseOf(state) }).catch((error: unknown) => {
    throw new EnvironmentProblem(error instanceof Error ? error.message : String(error));
  });
  return { config: { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint }, close: stop };
}

function nothingIn(state: string): EnvironmentProblem {
  return new EnvironmentProblem(`There is no state in ${state}. Run npm start first, or see --help.`);
}

function databaseOf(state: string): string {
  return join(state, 'dynamodb.sqlite');
}
