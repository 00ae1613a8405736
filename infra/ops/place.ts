import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startDynamoDb } from '../local/engines.ts';
import { findRunningInstance, type Instance } from '../local/instance.ts';
import { EnvironmentProblem, UsageProblem } from './problem.ts';

/** Locates an organization's tables and queues. */
export interface PlaceQuery {
  /** True for AWS, with the credentials of the environment; false for this machine. */
  readonly aws: boolean;
  readonly region: string | undefined;
  /** The URL of an engine at another address. It wins over the other fields. */
  readonly endpoint: string | undefined;
  /** The folder in which `npm start` keeps its state. */
  readonly state: string;
}

/** The settings of an AWS SDK client. */
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
 * Finds the tables: in AWS, at an address, or in the state of `npm start`, which need not be running.
 *
 * @throws EnvironmentProblem when there is no state and no engine.
 */
export async function findTables(place: PlaceQuery): Promise<Place> {
  const config = await settingsFor(place, ({ dynamoDbUrl }) => dynamoDbUrl);
  if (config) return { config, close: NOTHING_TO_CLOSE };
  if (!existsSync(databaseOf(place.state))) throw noStateIn(place.state);
  return startEngine(place.state);
}

/** Finds the queues: in AWS, at an address, or of the running instance. @throws EnvironmentProblem when none runs. */
export async function findQueues(place: PlaceQuery): Promise<ClientSettings> {
  const config = await settingsFor(place, ({ queuesUrl }) => queuesUrl);
  if (config) return config;
  throw new EnvironmentProblem(
    `Nothing runs on ${place.state}. Run npm start first, or name an --organization in AWS.`,
  );
}

/** Finds the tables to restore into, or creates a new state on this machine. @throws UsageProblem when an instance runs on the state. */
export async function findOrCreateTables(place: PlaceQuery): Promise<Place> {
  if (place.aws || place.endpoint !== undefined) return findTables(place);
  if (await findRunningInstance(place.state)) {
    throw new UsageProblem(`An instance runs on ${place.state}. End it, or give another --state.`);
  }
  return startEngine(place.state);
}

/** Returns a client's settings for the place; undefined when it is this machine and no instance runs. */
async function settingsFor(
  { aws, region, endpoint, state }: PlaceQuery,
  urlOf: (instance: Instance) => string,
): Promise<ClientSettings | undefined> {
  const local = { region: region ?? LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  if (endpoint !== undefined) return { ...local, endpoint };
  if (aws) return region === undefined ? {} : { region };
  const running = await findRunningInstance(state);
  return running && { ...local, endpoint: urlOf(running) };
}

/** Starts a DynamoDB engine over a state that no instance uses. A new state is empty. */
async function startEngine(state: string): Promise<Place> {
  const { endpoint, stop } = await startDynamoDb({ path: databaseOf(state) }).catch((error: unknown) => {
    throw new EnvironmentProblem(error instanceof Error ? error.message : String(error));
  });
  return { config: { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint }, close: stop };
}

function noStateIn(state: string): EnvironmentProblem {
  return new EnvironmentProblem(`There is no state in ${state}. Run npm start first, or see --help.`);
}

function databaseOf(state: string): string {
  return join(state, 'dynamodb.sqlite');
}
