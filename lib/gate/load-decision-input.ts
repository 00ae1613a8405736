import * as z from 'zod';
import type { Automation } from '../automation/automation.ts';
import { automationKey, parseAutomation } from '../automation/automation-items.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import { enrollmentKey, parseEnrollment } from '../automation/enrollment-items.ts';
import type { DueWork } from '../automation/work.ts';
import { parseState, stateKey } from '../consent/consent-items.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { conversationKey, parseConversation } from '../conversations/conversation-items.ts';
import type { Lead } from '../leads/lead.ts';
import { leadKey, parseLead } from '../leads/lead-items.ts';
import type { Message } from '../messaging/message.ts';
import { parseSettings, settingsKey } from '../organization/organization-items.ts';
import type { Settings } from '../organization/settings.ts';
import { inChunks } from '../runtime/chunks.ts';
import { type Item, KEYS_PER_READ, type Key, readConsistently } from '../runtime/dynamodb.ts';
import type { SingleText } from '../single-texts/single-text.ts';
import { parseSingleText, singleTextKey } from '../single-texts/single-text-items.ts';
import { loadReferenced } from './load-referenced.ts';
import type { GateTables } from './send-transaction.ts';
import { parseSenderRefusal, type SenderRefusal, senderRefusalKey } from './sender-refusal.ts';

export interface LoadDeps extends GateTables {
  readonly configurationTable: string;
  readonly organization: string;
  readonly now: () => Date;
}

interface LoadedInput {
  readonly settings: Settings;
  readonly senderRefusal: SenderRefusal | undefined;
  readonly lead: Lead | undefined;
  /** Consent of the number in the load request. The enrollment may have another number by now. */
  readonly consent: ConsentState;
  readonly conversation: Conversation;
}

/** The stored items behind a decision about one step. */
export interface LoadedStep extends LoadedInput {
  readonly enrollment: Enrollment | undefined;
  readonly automation: Automation | undefined;
  /** The text of the step before, for a lead that has had one. */
  readonly previous?: Message | undefined;
}

/** The stored items behind a decision about one single text. */
export interface LoadedSingleText extends LoadedInput {
  readonly singleText: SingleText | undefined;
}

/** Names the text to load: a single text by its number and id, or a step by its number, lead and automation. */
export type LoadRequest = Pick<DueWork, 'number'> &
  ({ readonly singleTextId: string } | { readonly leadId: string; readonly automationId: string });

/** One request takes the keys of so many texts: five of each step, the settings and the sender's refusal. */
export const TEXTS_PER_LOAD = 15;

/**
 * Loads the stored items that the decisions about a batch of texts need. One strongly consistent request reads them all, and
 * nothing comes from a cache: a change by an admin, a STOP or a form counts from the next decision on (H1, S4).
 *
 * @param requests at most 15, so that one request takes their keys. Leads of single texts, and the texts of the steps
 *   before, cost a second request per batch.
 * @returns the loaded items in the order of `requests`.
 * @throws ZodError for an item that cannot be read; Error when DynamoDB cannot be reached.
 */
export async function loadBatch(
  deps: LoadDeps,
  requests: readonly LoadRequest[],
): Promise<(LoadedStep | LoadedSingleText)[]> {
  const items = await readConsistently(deps.client, {
    [deps.configurationTable]: [
      settingsKey,
      ...requests.flatMap((work) => ('singleTextId' in work ? [] : [automationKey(work.automationId)])),
    ],
    [deps.outreachTable]: [
      senderRefusalKey,
      ...requests.flatMap((work) => [
        conversationKey(work.number),
        ...('singleTextId' in work
          ? [singleTextKey({ number: work.number, id: work.singleTextId })]
          : [leadKey(work.leadId), enrollmentKey(work)]),
      ]),
    ],
    [deps.consentTable]: requests.map(({ number }) => stateKey(number)),
  });
  const configuration = byKey(items[deps.configurationTable]);
  const outreach = byKey(items[deps.outreachTable]);
  const consents = byKey(items[deps.consentTable]);
  const settings = parseSettings(configuration(settingsKey), deps.organization);
  const senderRefusal = parseSenderRefusal(outreach(senderRefusalKey));
  const automations = memoizeById((id: string) =>
    parseIfPresent(configuration(automationKey(id)), parseAutomation),
  );
  const singleTextOf = (work: LoadRequest) =>
    'singleTextId' in work
      ? parseIfPresent(
          outreach(singleTextKey({ number: work.number, id: work.singleTextId })),
          parseSingleText,
        )
      : undefined;
  const enrollmentOf = (work: LoadRequest) =>
    'singleTextId' in work ? undefined : parseIfPresent(outreach(enrollmentKey(work)), parseEnrollment);
  const singleTexts = requests.map(singleTextOf);
  const enrollments = requests.map(enrollmentOf);
  const { leadOf, previousOf } = await loadReferenced(deps, singleTexts, enrollments);
  return requests.map((work, index) => {
    const { number } = work;
    const common = {
      settings,
      senderRefusal,
      consent: parseState(consents(stateKey(number)), number),
      conversation: parseConversation(outreach(conversationKey(number)), number, deps.now()),
    };
    if ('singleTextId' in work) {
      const singleText = singleTexts[index];
      return { ...common, singleText, lead: leadOf(singleText) };
    }
    const enrollment = enrollments[index];
    return {
      ...common,
      lead: parseIfPresent(outreach(leadKey(work.leadId)), parseLead),
      automation: automations(work.automationId),
      enrollment,
      previous: previousOf(enrollment),
    };
  });
}

/**
 * Loads a batch like `loadBatch`, but isolates items that cannot be read: the text that needs such an item gets the error
 * as its result, and the other texts are loaded without it.
 *
 * @returns the loaded items, or the error, in the order of `requests`.
 * @throws Error when DynamoDB cannot be reached.
 */
export async function loadEach(
  deps: LoadDeps,
  requests: readonly LoadRequest[],
): Promise<(LoadedStep | LoadedSingleText | { readonly unreadable: z.ZodError })[]> {
  try {
    return await loadBatch(deps, requests);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    if (requests.length === 1) return [{ unreadable: error }];
    return (await Promise.all(requests.map((request) => loadEach(deps, [request])))).flat();
  }
}

/** The settings, and the consent of each number of a list, by number. */
export interface NumbersConsent {
  readonly settings: Settings;
  readonly states: ReadonlyMap<string, ConsentState>;
}

/** One key of each request is the settings' own. */
const NUMBERS_PER_READ = KEYS_PER_READ - 1;

/**
 * Reads the settings and the consent of the numbers that a list shows, strongly consistent, in one request per 99 numbers.
 *
 * @param numbers E.164, any number of them, with duplicates if need be.
 */
export async function loadConsentOfNumbers(
  deps: LoadDeps,
  numbers: readonly string[],
): Promise<NumbersConsent> {
  const { client, consentTable, configurationTable, organization } = deps;
  const distinct = [...new Set(numbers)];
  const states = new Map<string, ConsentState>();
  let stored: Item | undefined;
  // Without numbers, one request still reads the settings.
  const [first = [], ...others] = inChunks(distinct, NUMBERS_PER_READ);
  for (const some of [first, ...others]) {
    const found = await readConsistently(client, {
      [configurationTable]: [settingsKey],
      [consentTable]: some.map(stateKey),
    });
    stored ??= found[configurationTable]?.[0];
    const items = new Map((found[consentTable] ?? []).map((item) => [String(item['number']), item]));
    for (const number of some) states.set(number, parseState(items.get(number), number));
  }
  return { settings: parseSettings(stored, organization), states };
}

function byKey(items: readonly Item[] = []): (key: Key) => Item | undefined {
  const index = new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item]));
  return ({ pk, sk }) => index.get(`${pk} ${sk}`);
}

function parseIfPresent<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

/** Calls `read` once per id, so that an automation shared by many texts is parsed once. */
function memoizeById<T>(read: (id: string) => T): (id: string) => T {
  const values = new Map<string, T>();
  return (id) => {
    if (!values.has(id)) values.set(id, read(id));
    return values.get(id) as T;
  };
}
