import { newNumber, submission } from '../flow/organization.ts';
import type { Answer, World } from '../flow/world.ts';

const TEXTS = {
  request: 'Reply START to',
  confirmation: 'you are opted in',
  welcome: 'thanks for asking Test Windows',
  agents: 'See you at ten.',
} as const;
export type Text = keyof typeof TEXTS;

/** Somebody whose texts are counted. */
export interface Person {
  readonly number: string;
  /** What must reach them, once each. */
  readonly gets: readonly Text[];
  /** What must not, and must say why. */
  readonly waitsFor: readonly Text[];
}

export interface Account {
  readonly due: number;
  readonly sent: number;
  /** Not sent, with a reason that stands in the books. */
  readonly held: number;
  readonly doubled: number;
  readonly lost: number;
  /** Texts to who must not get them. */
  readonly forbidden: number;
}

interface Enrollment {
  readonly status: string;
  readonly reason?: string;
}
interface Book {
  readonly enrollments: readonly Enrollment[];
  readonly messages: readonly { readonly status: string; readonly reason?: string; readonly body: string }[];
}

const UNSETTLED = new Set(['claimed', 'retrying']);

/** What is written of a person. */
async function bookOf(world: World, number: string): Promise<Book> {
  const of = encodeURIComponent(number);
  const { json: found } = await world.admin('GET', `/leads?number=${of}`);
  const leads = await Promise.all(
    (found['leads'] as { id: string }[]).map(({ id }) => world.admin('GET', `/leads/${id}`)),
  );
  const { json } = await world.admin('GET', `/numbers/${of}/messages`);
  return {
    enrollments: leads.flatMap(({ json: lead }) => lead['enrollments'] as Enrollment[]),
    messages: json['messages'] as Book['messages'],
  };
}

/** Counts what became of everybody's texts, from Twilio's list and from our books. */
export async function account(world: World, people: readonly Person[]): Promise<Account> {
  const each: Account[] = [];
  for (const person of people) each.push(await accountOf(world, person));
  const sum = (name: keyof Account) => each.reduce((total, one) => total + one[name], 0);
  return {
    due: sum('due'),
    sent: sum('sent'),
    held: sum('held'),
    doubled: sum('doubled'),
    lost: sum('lost'),
    forbidden: sum('forbidden'),
  };
}

async function accountOf(world: World, { number, gets, waitsFor }: Person): Promise<Account> {
  const arrived = world.textsTo(number);
  const copies = (text: Text) => arrived.filter((body) => body.includes(TEXTS[text])).length;
  const book = await bookOf(world, number);
  const isOpen = book.messages.some(({ status }) => UNSETTLED.has(status));
  const isExplained =
    book.enrollments.some(({ status, reason }) => status === 'waiting' && reason !== undefined) ||
    book.messages.some(({ reason }) => reason !== undefined);
  const reached = gets.filter((text) => copies(text) > 0 && !isOpen);
  const held = waitsFor.filter((text) => copies(text) === 0 && isExplained);
  const known = [...gets, ...waitsFor].reduce((total, text) => total + copies(text), 0);
  return {
    due: gets.length + waitsFor.length,
    sent: reached.length,
    held: held.length,
    doubled: [...gets, ...waitsFor].reduce((total, text) => total + Math.max(0, copies(text) - 1), 0),
    lost: gets.length - reached.length + waitsFor.length - held.length,
    // A text that nobody expected counts too.
    forbidden: waitsFor.filter((text) => copies(text) > 0).length + arrived.length - known,
  };
}

/** A form's builder posts again until it is answered with 200, as builders do. */
export class Builder {
  private readonly world: World;
  private open: { readonly number: string; readonly body: Record<string, unknown> }[] = [];

  constructor(world: World) {
    this.world = world;
  }

  async post(number: string, more: Record<string, unknown>): Promise<void> {
    await this.try({ number, body: submission(number, more) });
  }

  async again(): Promise<void> {
    for (const post of this.open.splice(0)) await this.try(post);
  }

  private async try(post: { number: string; body: Record<string, unknown> }): Promise<void> {
    const { status } = await this.world.submit('quote', post.body).catch(() => ({ status: 502 }) as Answer);
    if (status >= 500) this.open.push(post);
  }
}

/** Texts as from a phone. Twilio delivers once more when it gets no answer, and then never again. */
export async function texts(world: World, number: string, body: string): Promise<void> {
  const first = await world.text(number, body).catch(() => undefined);
  if (!first || first.status === 200) return;
  await world.twilio.redeliver(first.messageSid).catch(() => undefined);
}

const TICKED = { smsConsent: 'on' };
const BOTH = ['confirmation', 'welcome'] as const;

/**
 * Everybody arrives: some agree, one does not, one changes their mind, and one agrees by START.
 *
 * @param withStart false where Twilio may give its webhooks up: a START that nobody hears is no opt-in, and none is ever taken
 *   from Twilio's list.
 */
export async function arrive(world: World, builder: Builder, withStart = true): Promise<Person[]> {
  const agree = [newNumber(), newNumber(), newNumber()];
  const [unasked, starts, stops] = [newNumber(), newNumber(), newNumber()];
  await Promise.all(agree.map((number) => builder.post(number, TICKED)));
  await builder.post(unasked, {});
  await builder.post(stops, TICKED);
  await texts(world, stops, 'STOP');
  const people: Person[] = [
    ...agree.map((number) => ({ number, gets: BOTH, waitsFor: [] })),
    { number: unasked, gets: [], waitsFor: ['welcome'] },
    { number: stops, gets: [], waitsFor: BOTH },
  ];
  if (!withStart) return people;
  await builder.post(starts, {});
  await texts(world, starts, 'START');
  return [...people, { number: starts, gets: BOTH, waitsFor: [] }];
}
