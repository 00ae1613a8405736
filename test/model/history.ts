import fc from 'fast-check';
import type { PromisedSettings } from './promise.ts';
import { FAULTS } from './report.ts';

export const PEOPLE = ['Ana', 'Ben', 'Cleo'] as const;
export type Person = (typeof PEOPLE)[number];

/** Texts that people send: Twilio's words, the organization's keyword, an opt-out in own words, a doubtful text, a reply, HELP. */
export const WORDS = [
  'STOP',
  'START',
  'YES',
  'ROOF',
  'please stop texting me',
  'Wrong number, sorry',
  'Can you call me tomorrow?',
  'HELP',
] as const;
export type Words = (typeof WORDS)[number];

/** One thing that happens. It is plain data, so that it can be printed, shrunk and played again. */
export type Step =
  | {
      readonly do: 'submit';
      readonly who: Person;
      readonly form: 'quote' | 'contact' | 'ask';
      /** The box, or the answer to the question. */
      readonly ticked: boolean;
      readonly hoursAgo: number;
      readonly twice: boolean;
      readonly crashesAt?: number | undefined;
    }
  | {
      readonly do: 'text';
      readonly who: Person;
      readonly words: Words;
      readonly twice: boolean;
      readonly crashesAt?: number | undefined;
    }
  | { readonly do: 'crm'; readonly who: Person; readonly hoursAgo: number }
  | { readonly do: 'optIn'; readonly who: Person; readonly hoursAgo: number; readonly twice: boolean }
  | { readonly do: 'optOut' | 'addLead' | 'block'; readonly who: Person }
  | { readonly do: 'set'; readonly change: Partial<Settings> }
  | { readonly do: 'agentText'; readonly who: Person; readonly twice: boolean }
  | { readonly do: 'changeNumber'; readonly lead: number; readonly who: Person }
  | { readonly do: 'broadcast' | 'enqueue' | 'cycle' | 'reconcile' }
  | { readonly do: 'follow'; readonly replay: boolean }
  | {
      readonly do: 'drain';
      readonly twice: boolean;
      readonly reversed: boolean;
      /** The worker crashes at this await: before the call is made, or after it was answered. */
      readonly crashesAt?: number | undefined;
      readonly afterAnswer: boolean;
      /** A text arrives, or without words an agent enters an opt-out, while the gate is at this await. */
      readonly meanwhile?: Meanwhile | undefined;
    }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'fault'; readonly who: Person; readonly fault: keyof typeof FAULTS }
  | { readonly do: 'decide'; readonly who: Person; readonly isOptOut: boolean };

export interface Meanwhile {
  readonly at: number;
  readonly who: Person;
  readonly words?: Words | undefined;
}

export type Settings = PromisedSettings & { readonly confirmOptIns: boolean };

export interface History {
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

const who = fc.constantFrom(...PEOPLE);
const words = fc.constantFrom(...WORDS, 'STOP', 'START');
const hoursAgo = fc.constantFrom(0, 0, 0, 2, 48);
const seldom = fc.integer({ min: 0, max: 5 }).map((n) => n === 5);
const step = <T extends Step['do'], R>(name: T, more: R) => ({ do: fc.constant(name), ...more });
const sometimes = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined, freq: 4 });

const settings = {
  requireSmsOptIn: fc.constantFrom(true, true, false),
  doubleOptIn: fc.constantFrom('off' as const, 'off' as const, 'perNumber' as const, 'perLead' as const),
  requireOptInForOneToOne: fc.constantFrom(false, true),
  a2pVerified: fc.constantFrom(true, true, true, false),
  confirmOptIns: fc.constantFrom(false, true),
};
/** Changes one setting at a time, as admins do. */
const change = fc.oneof(
  ...Object.entries(settings).map(([name, value]) =>
    (value as fc.Arbitrary<unknown>).map((to) => ({ [name]: to }) as Partial<Settings>),
  ),
);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      step('submit', {
        who,
        form: fc.constantFrom('quote' as const, 'contact' as const, 'ask' as const),
        ticked: fc.boolean(),
        hoursAgo,
        twice: seldom,
        crashesAt: sometimes(12),
      }),
    ),
  },
  { weight: 8, arbitrary: fc.record(step('text', { who, words, twice: seldom, crashesAt: sometimes(6) })) },
  { weight: 1, arbitrary: fc.record(step('crm', { who, hoursAgo })) },
  { weight: 2, arbitrary: fc.record(step('optIn', { who, hoursAgo, twice: seldom })) },
  { weight: 1, arbitrary: fc.record(step('optOut', { who })) },
  { weight: 3, arbitrary: fc.record(step('set', { change })) },
  { weight: 3, arbitrary: fc.record(step('agentText', { who, twice: seldom })) },
  { weight: 1, arbitrary: fc.record(step('addLead', { who })) },
  { weight: 2, arbitrary: fc.record(step('changeNumber', { lead: fc.nat(3), who })) },
  { weight: 1, arbitrary: fc.record(step('broadcast', {})) },
  { weight: 2, arbitrary: fc.record(step('follow', { replay: seldom })) },
  { weight: 3, arbitrary: fc.record(step('enqueue', {})) },
  {
    weight: 5,
    arbitrary: fc.record(
      step('drain', {
        twice: seldom,
        reversed: seldom,
        crashesAt: sometimes(8),
        afterAnswer: fc.boolean(),
        meanwhile: fc.option(
          fc.record({ at: fc.integer({ min: 1, max: 5 }), who, words: fc.option(words, { nil: undefined }) }),
          {
            nil: undefined,
            freq: 2,
          },
        ),
      }),
    ),
  },
  { weight: 6, arbitrary: fc.record(step('cycle', {})) },
  {
    weight: 3,
    arbitrary: fc.record(
      step('wait', { seconds: fc.constantFrom(1, 31, 61, 700, 3700, 90_000, 8 * 86_400) }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      step('fault', { who, fault: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])) }),
    ),
  },
  { weight: 1, arbitrary: fc.record(step('reconcile', {})) },
  { weight: 1, arbitrary: fc.record(step('decide', { who, isOptOut: fc.boolean() })) },
  { weight: 1, arbitrary: fc.record(step('block', { who })) },
);

/** Generates histories of at most `maximumSteps` steps. */
export function histories(maximumSteps = 24): fc.Arbitrary<History> {
  return fc.record({
    settings: fc.record(settings),
    steps: fc.array(steps, { minLength: 1, maxLength: maximumSteps, size: 'max' }),
  });
}
