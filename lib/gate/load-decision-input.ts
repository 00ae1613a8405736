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
import { parseSettings, settingsKey } from '../organization/organization-items.ts';
import type { Settings } from '../organization/settings.ts';
import { inChunks } from '../runtime/chunks.ts';
import { type Item, KEYS_PER_READ, type Key, readConsistently } from '../runtime/dynamodb.ts';
import type { SingleText } from '../single-texts/single-text.ts';
import { parseSingleText, singleTextKey } from '../single-texts/single-text-items.ts';
import type { GateTables } from './send-transaction.ts';

export interface LoadDeps extends GateTables {
  readonly configurationTable: string;
  readonly organization: string;
  readonly now: () => Date;
}

interface LoadedInput {
  readonly settings: Settings;
  readonly lead: Lead | undefined;
  /** Of the number that the text was enqueued with. */
  readonly consent: ConsentState;
  readonly conversation: Conversation;
}

/** Everything a decision about one step rests on. */
export interface LoadedStep extends LoadedInput {
  readonly enrollment: Enrollment | undefined;
  readonly automation: Automation | undefined;
}

/** Everything a decision about one single text rests on. */
export interface LoadedSingleText extends LoadedInput {
  readonly singleText: SingleText | undefined;
}

/** What to read for one text. */
export type LoadRequest = Pick<DueWork, 'number'> &
  ({ readonly singleTextId: string } | { readonly leadId: string; readonly automationId: string });

/** Texts whose keys one request takes: five of each step, and the settings. */
export const TEXTS_PER_LOAD = 15;

/**
 * Reads what the decisions about some texts rest on, strongly consistent, in one request for a whole batch: nothing
 * that an admin, a STOP or a form changed is ever served from a cache (H1).
 *
 * @param wanted at most `TEXTS_PER_LOAD`. A single text's lead costs a second request for the batch.
 * @returns in the order of `wanted`.
 */
export async function loadBatch(
  deps: LoadDeps,
  wanted: readonly LoadRequest[],
): Promise<(LoadedStep | LoadedSingleText)[]> {
  const found = await readConsistently(deps.client, {
    [deps.configurationTable]: [
      settingsKey,
      ...wanted.flatMap((work) => ('singleTextId' in work ? [] : [automationKey(work.automationId)])),
    ],
    [deps.outreachTable]: wanted.flatMap((work) => [
      conversationKey(work.number),
      ...('singleTextId' in work
        ? [singleTextKey({ number: work.number, id: work.singleTextId })]
        : [leadKey(work.leadId), enrollmentKey(work)]),
    ]),
    [deps.consentTable]: wanted.map(({ number }) => stateKey(number)),
  });
  const configuration = byKey(found[deps.configurationTable]);
  const outreach = byKey(found[deps.outreachTable]);
  const consents = byKey(found[deps.consentTable]);
  const settings = parseSettings(configuration(settingsKey), deps.organization);
  const automations = once((id: string) => parsed(configuration(automationKey(id)), parseAutomation));
  const singleTextOf = (work: LoadRequest) =>
    'singleTextId' in work
      ? parsed(outreach(singleTextKey({ number: work.number, id: work.singleTextId })), parseSingleText)
      : undefined;
  const leadsOfSingleTexts = await leadsOf(deps, wanted.map(singleTextOf));
  return wanted.map((work) => {
    const { number } = work;
    const common = {
      settings,
      consent: parseState(consents(stateKey(number)), number),
      conversation: parseConversation(outreach(conversationKey(number)), number, deps.now()),
    };
    if ('singleTextId' in work) {
      const singleText = singleTextOf(work);
      return { ...common, singleText, lead: leadsOfSingleTexts(singleText?.leadId) };
    }
    return {
      ...common,
      lead: parsed(outreach(leadKey(work.leadId)), parseLead),
      automation: automations(work.automationId),
      enrollment: parsed(outreach(enrollmentKey(work)), parseEnrollment),
    };
  });
}

/**
 * The same, where an item that cannot be read is one text's trouble and nobody else's: what it belongs to is answered with
 * the error, and the others are read without it.
 *
 * @throws Error when the tables cannot be asked.
 */
export async function loadEach(
  deps: LoadDeps,
  wanted: readonly LoadRequest[],
): Promise<(LoadedStep | LoadedSingleText | { readonly unreadable: z.ZodError })[]> {
  try {
    return await loadBatch(deps, wanted);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    if (wanted.length === 1) return [{ unreadable: error }];
    return (await Promise.all(wanted.map((one) => loadEach(deps, [one])))).flat();
  }
}

/** What lists show beside each number. */
export interface NumbersConsent {
  readonly settings: Settings;
  readonly states: ReadonlyMap<string, ConsentState>;
}

/** One key of each request is the settings' own. */
const NUMBERS_PER_READ = KEYS_PER_READ - 1;

/**
 * The settings, and the consent of some numbers, strongly consistent and in one request: what lists show beside each number.
 * Of more than 99 numbers in several.
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

/** The leads that single texts are for: their ids stand in the texts and are known only after a first read. */
async function leadsOf(
  { client, outreachTable }: LoadDeps,
  texts: readonly (SingleText | undefined)[],
): Promise<(id: string | undefined) => Lead | undefined> {
  const ids = texts.flatMap((text) => text?.leadId ?? []);
  const found = await readConsistently(client, { [outreachTable]: ids.map(leadKey) });
  const leads = new Map((found[outreachTable] ?? []).map((item) => [String(item['id']), parseLead(item)]));
  return (id) => (id === undefined ? undefined : leads.get(id));
}

function byKey(items: readonly Item[] = []): (key: Key) => Item | undefined {
  const index = new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item]));
  return ({ pk, sk }) => index.get(`${pk} ${sk}`);
}

function parsed<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

/** Parses what many texts share once. */
function once<T>(read: (id: string) => T): (id: string) => T {
  const kept = new Map<string, T>();
  return (id) => {
    if (!kept.has(id)) kept.set(id, read(id));
    return kept.get(id) as T;
  };
}
