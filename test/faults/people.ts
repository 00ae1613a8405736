import { newNumber, submission } from '../flow/organization.ts';
import type { Answer, World } from '../flow/world.ts';

const TEXT_PARTS = {
  request: 'Reply START to',
  confirmation: 'you are opted in',
  welcome: 'thanks for asking Test Windows',
  agents: 'See you at ten.',
} as const;
export type Text = keyof typeof TEXT_PARTS;

/** A person whose texts are counted. */
export interface Person {
  readonly number: string;
  /** Texts that must arrive, once each. */
  readonly receives: readonly Text[];
  /** Texts that must not arrive, and must have a stored reason. */
  readonly waitsFor: readonly Text[];
}

export interface TextCounts {
  readonly due: number;
  readonly sent: number;
  /** Not sent, with a stored reason. */
  readonly held: number;
  readonly doubled: number;
  readonly lost: number;
  /** Texts to people who must not get them. */
  readonly forbidden: number;
}

interface Enrollment {
  readonly status: string;
  readonly reason?: string;
}
interface Records {
  readonly enrollments: readonly Enrollment[];
  readonly messages: readonly { readonly status: string; readonly reason?: string; readonly body: string }[];
}

const UNSETTLED = new Set(['claimed', 'retrying']);

/** Reads what is stored about a person. */
async function readRecords(world: World, number: string): Promise<Records> {
  const of = encodeURIComponent(number);
  const { json: found } = await world.admin('GET', `/leads?number=${of}`);
  const leads = await Promise.all(
    (found['leads'] as { id: string }[]).map(({ id }) => world.admin('GET', `/leads/${id}`)),
  );
  const { json } = await world.admin('GET', `/numbers/${of}/messages`);
  return {
    enrollments: leads.flatMap(({ json: lead }) => lead['enrollments'] as Enrollment[]),
    messages: json['messages'] as Records['messages'],
  };
}

/** Counts the outcomes of everybody's texts, from Twilio's list and from our API. */
export async function countTexts(world: World, people: readonly Person[]): Promise<TextCounts> {
  const each: TextCounts[] = [];
  for (const person of people) each.push(await countTextsOf(world, person));
  const sum = (name: keyof TextCounts) => each.reduce((total, one) => total + one[name], 0);
  return {
    due: sum('due'),
    sent: sum('sent'),
    held: sum('held'),
    doubled: sum('doubled'),
    lost: sum('lost'),
    forbidden: sum('forbidden'),
  };
}

async function countTextsOf(world: World, { number, receives, waitsFor }: Person): Promise<TextCounts> {
  const arrived = world.textsTo(number);
  const copies = (text: Text) => arrived.filter((body) => body.includes(TEXT_PARTS[text])).length;
  const records = await readRecords(world, number);
  const isOpen = records.messages.some(({ status }) => UNSETTLED.has(status));
  const isExplained =
    records.enrollments.some(({ status, reason }) => status === 'waiting' && reason !== undefined) ||
    records.messages.some(({ reason }) => reason !== undefined);
  const reached = receives.filter((text) => copies(text) > 0 && !isOpen);
  const held = waitsFor.filter((text) => copies(text) === 0 && isExplained);
  const expected = [...receives, ...waitsFor].reduce((total, text) => total + copies(text), 0);
  return {
    due: receives.length + waitsFor.length,
    sent: reached.length,
    held: held.length,
    doubled: [...receives, ...waitsFor].reduce((total, text) => total + Math.max(0, copies(text) - 1), 0),
    lost: receives.length - reached.length + waitsFor.length - held.length,
    // An unexpected text counts too.
    forbidden: waitsFor.filter((text) => copies(text) > 0).length + arrived.length - expected,
  };
}

/** Posts submissions, and posts each again until the answer is no 5xx, as form builders do. */
export class FormBuilder {
  private readonly world: World;
  private open: { readonly number: string; readonly body: Record<string, unknown> }[] = [];

  constructor(world: World) {
    this.world = world;
  }

  async post(number: string, more: Record<string, unknown>): Promise<void> {
    await this.try({ number, body: submission(number, more) });
  }

  async retry(): Promise<void> {
    for (const post of this.open.splice(0)) await this.try(post);
  }

  private async try(post: { number: string; body: Record<string, unknown> }): Promise<void> {
    const { status } = await this.world.submit('quote', post.body).catch(() => ({ status: 502 }) as Answer);
    if (status >= 500) this.open.push(post);
  }
}

/** Sends a text as from a phone. Twilio delivers it once more when it gets no answer, and then never again. */
export async function sendText(world: World, number: string, body: string): Promise<void> {
  const first = await world.text(number, body).catch(() => undefined);
  if (!first || first.status === 200) return;
  await world.twilio.redeliver(first.messageSid).catch(() => undefined);
}

const TICKED = { smsConsent: 'on' };
const BOTH = ['confirmation', 'welcome'] as const;

/**
 * Adds people by form and text: some agree, one does not, one changes their mind, and one agrees by START.
 *
 * @param withStart false where Twilio may give its webhooks up: a START whose webhook is lost is no opt-in, and no opt-in is
 *   ever taken from Twilio's list.
 */
export async function addPeople(world: World, builder: FormBuilder, withStart = true): Promise<Person[]> {
  const agree = [newNumber(), newNumber(), newNumber()];
  const [unasked, starts, stops] = [newNumber(), newNumber(), newNumber()];
  await Promise.all(agree.map((number) => builder.post(number, TICKED)));
  await builder.post(unasked, {});
  await builder.post(stops, TICKED);
  await sendText(world, stops, 'STOP');
  const people: Person[] = [
    ...agree.map((number) => ({ number, receives: BOTH, waitsFor: [] })),
    { number: unasked, receives: [], waitsFor: ['welcome'] },
    { number: stops, receives: [], waitsFor: BOTH },
  ];
  if (!withStart) return people;
  await builder.post(starts, {});
  await sendText(world, starts, 'START');
  return [...people, { number: starts, receives: BOTH, waitsFor: [] }];
}
