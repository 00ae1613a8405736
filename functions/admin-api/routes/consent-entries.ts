import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { consentEventSchema } from '../../../lib/consent/consent-event.ts';
import {
  documentationSchema,
  documentedOptIn,
  enteredOptOut,
  faultOfDate,
} from '../../../lib/consent/documented-opt-in.ts';
import type { Recorded } from '../../../lib/consent/registry.ts';
import { type ConsentState, consentStateSchema, initialState } from '../../../lib/consent/state.ts';
import { invalidField } from '../../../lib/http/route.ts';
import type { Settings } from '../../../lib/organization/settings.ts';
import { route } from '../route.ts';
import { numberExample, numberIn } from './numbers.ts';

const enteredSchema = z
  .object({
    /** The entry's effect: `unchanged` when the status was the same already, `late` when a later event opposes it (X3). */
    outcome: z.enum(['changed', 'unchanged', 'late']),
    sentence: z.string(),
    consent: z.object({ ...consentStateSchema.shape, smsOptedIn: z.boolean() }),
    event: consentEventSchema,
  })
  .meta({ id: 'ConsentEntry', description: 'The effect of an entry by hand.' });
const entered = {
  schema: enteredSchema,
  example: {
    outcome: 'changed',
    sentence: 'Opted in by pat: texts that wait for this consent leave with the next cycle.',
    consent: { ...initialState(numberExample), version: 1, status: 'opted_in', smsOptedIn: true },
    event: {
      number: numberExample,
      sequence: 1,
      kind: 'manualOptIn',
      occurredAt: '2026-11-20T00:00:00.000Z',
      recordedAt: '2026-11-20T15:04:06.000Z',
      sourceId: 'documented:5f70bf18a08660e3',
      evidence: {
        source: 'manual',
        actor: 'pat',
        method: 'on paper, at the trade fair',
        proof: 'Scan 2026/1107 in the file share',
        wordsShown: 'I agree to get recurring automated texts from Acme Windows.',
      },
      before: 'none',
      after: 'opted_in',
      effect: 'changed',
      rules: 1,
      previousHash: '',
      hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  },
};

const optInExample = {
  method: 'on paper, at the trade fair',
  date: '2026-11-20',
  proof: 'Scan 2026/1107 in the file share',
  wording: 'I agree to get recurring automated texts from Acme Windows.',
};

function answer({ event, state, outcome }: Recorded, sentence: string) {
  const consent = { ...state, smsOptedIn: state.status === 'opted_in' };
  const effect = outcome === 'duplicate' ? 'unchanged' : event.effect;
  return { status: 200, body: { outcome: effect, sentence, consent, event } };
}

/** Tells the user who entered an opt-in what it did. */
function sentenceOf(
  { event, state, outcome }: Recorded,
  actor: string,
  { twilioConsentApi }: Pick<Settings, 'twilioConsentApi'>,
): string {
  if (event.effect === 'late') return `Recorded, and it changes nothing: ${whyLate(state)}`;
  if (event.after === 'opted_out') return `Recorded as evidence, and it lifts nothing: ${BY_PHONE}`;
  if (state.status === 'opted_out') {
    return 'This documentation was recorded before, and the person has opted out since. They must opt in again.';
  }
  if (outcome === 'duplicate') return 'This documentation was recorded before. It counts once.';
  if (state.carrierBlocked) {
    return `Opted in by ${actor}, and Twilio still blocks the number after a STOP: ${liftedBy(twilioConsentApi)}`;
  }
  if (event.effect === 'unchanged') return 'Recorded as further evidence: the number was opted in already.';
  return `Opted in by ${actor}: texts that wait for this consent leave with the next cycle.`;
}

const BY_PHONE =
  'the person opted out by text, and only a text from their phone undoes that. Ask them to text START.';

/** Tells how Twilio's block can be lifted: by the organization, if it may write to Twilio's list, or only by the person (X9). */
function liftedBy(twilioConsentApi: boolean): string {
  return twilioConsentApi
    ? 'Twilio is being told of this opt-in. Should it not lift the block, as with toll-free numbers, the person must text START.'
    : 'the person must text START.';
}

function whyLate({ lastOptOutAt, lastReleaseAt }: ConsentState): string {
  const released = lastReleaseAt !== undefined && lastReleaseAt > (lastOptOutAt ?? '');
  return released
    ? `the number has changed hands since (${lastReleaseAt}). The person who has it now must opt in.`
    : `the person opted out later, at ${lastOptOutAt}. They must opt in again, and the date must say after that.`;
}

/** Consent that a user enters: a documented opt-in (S3, S6), or an opt-out (B5). */
export const consentEntryRoutes = [
  route({
    method: 'POST',
    path: '/numbers/{number}/opt-in',
    operationId: 'recordOptIn',
    tag: 'numbers',
    summary: 'Records consent that was given elsewhere, with its documentation; refused without it',
    roles: ['admin', 'agent'],
    body: documentationSchema,
    bodyExample: optInExample,
    answers: { status: 200, ...entered },
    handle: async ({ registry, configuration, now }, { path, body, actor }) => {
      const number = numberIn(path);
      const fault = faultOfDate(body, now());
      if (fault) throw invalidField('date', fault);
      const settings = await configuration.settings();
      const { reOptIn } = settings;
      const recorded = await registry.record(documentedOptIn(number, body, { actor, reOptIn }));
      return answer(recorded, sentenceOf(recorded, actor, settings));
    },
  }),
  route({
    method: 'POST',
    path: '/numbers/{number}/opt-out',
    operationId: 'recordOptOut',
    tag: 'numbers',
    summary: 'Opts a number out at once; needs no reason and no body',
    roles: ['admin', 'agent'],
    answers: { status: 200, ...entered },
    handle: async ({ registry, now }, { path, actor }) => {
      const recorded = await registry.record(enteredOptOut(numberIn(path), actor, randomUUID(), now()));
      return answer(recorded, `Opted out by ${actor}: no text leaves for this number from now on.`);
    },
  }),
];
