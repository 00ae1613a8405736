import * as z from 'zod';
import { type ConsentAsOf, deriveConsentAsOf } from '../../../lib/consent/as-of.ts';
import { consentEventSchema } from '../../../lib/consent/consent-event.ts';
import { badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import { consentStateSchema, initialState } from '../../../lib/consent/state.ts';
import { invalidField } from '../../../lib/http/route.ts';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { route } from '../route.ts';

export const numberExample = '+13035550142';
export const messageExample = {
  id: 'lead-1.welcome.0',
  direction: 'outbound',
  number: numberExample,
  body: 'Hi Dana, thanks for asking Acme Windows!\nReply STOP to opt-out of future text communications.',
  status: 'delivered',
  statusRank: 50,
  createdAt: '2026-11-20T15:04:10.000Z',
  updatedAt: '2026-11-20T15:04:12.000Z',
};
const faultSchema = z
  .object({ sequence: z.number(), fault: z.string() })
  .meta({ id: 'ChainFault', description: 'The first event at which something is wrong.' });

const consentAtMomentSchema = z
  .object({
    ...consentStateSchema.pick({ status: true, optInRequest: true, carrierBlocked: true, keywords: true })
      .shape,
    smsOptedIn: z.boolean(),
    /** The event that the status came from. */
    because: consentEventSchema.optional(),
    /** The exact words of that event. */
    words: z.string().optional(),
  })
  .meta({ id: 'ConsentAtMoment' });
/** Schema of a number's consent with its badge and the leads that have the number. */
const nowSchema = z
  .object({ ...consentStateSchema.shape, ...badgeSchema.shape, leads: z.array(z.string()) })
  .meta({ id: 'NumberConsent' });
const historySchema = z
  .object({
    number: z.string(),
    verified: z.union([z.literal(true), faultSchema]),
    events: z.array(consentEventSchema),
  })
  .meta({ id: 'ConsentHistory', description: 'Every change of consent with its evidence.' });
/** Schema of consent at a past time (X10). `known`: as it was known at that time; `today`: as it is known now. */
const asOfSchema = z
  .object({
    number: z.string(),
    at: z.string(),
    known: consentAtMomentSchema,
    today: consentAtMomentSchema,
  })
  .meta({ id: 'ConsentAsOf' });

function shown({ state, because, words }: ConsentAsOf): z.infer<typeof consentAtMomentSchema> {
  const { status, optInRequest, carrierBlocked, keywords } = state;
  const smsOptedIn = status === 'opted_in';
  return { status, optInRequest, smsOptedIn, carrierBlocked, keywords, because, words };
}

/** Reads the phone number that a path names, E.164. @throws RequestProblem 422 when it is not one. */
export function numberIn(path: Readonly<Record<string, string>>): string {
  const parsed = e164Schema.safeParse(path['number']);
  if (!parsed.success) throw invalidField('number', parsed.error.issues[0]?.message ?? 'Not a number');
  return parsed.data;
}

export const numberRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/consent',
    operationId: 'getConsent',
    tag: 'numbers',
    summary:
      "Gives a number's consent now and the leads that have the number, or with `at`, its consent at a past time",
    roles: ['admin', 'agent'],
    query: z.strictObject({
      at: z.iso
        .datetime({ offset: true, error: 'Give a date and time with its offset: 2026-03-03T14:05:00Z.' })
        .optional(),
    }),
    answers: {
      status: 200,
      schema: z.union([nowSchema, asOfSchema]),
      example: {
        ...initialState(numberExample),
        templateStatus: 'Not Sent',
        smsOptedIn: false,
        label: 'Not SMS Opted In',
        leads: [],
      },
    },
    handle: async ({ registry, leads, configuration }, { path, query }) => {
      const number = numberIn(path);
      if (query.at !== undefined) {
        const at = new Date(query.at).toISOString();
        const { known, today } = deriveConsentAsOf(number, await registry.events(number), at);
        return { status: 200, body: { number, at, known: shown(known), today: shown(today) } };
      }
      const [state, leadsWithNumber, settings] = await Promise.all([
        registry.read(number),
        leads.leadsWithNumber(number),
        configuration.settings(),
      ]);
      return { status: 200, body: { ...state, ...badgeOf(state, settings), leads: leadsWithNumber } };
    },
  }),
  route({
    method: 'GET',
    path: '/numbers/{number}/consent/events',
    operationId: 'listConsentEvents',
    tag: 'numbers',
    summary: 'Lists every change of consent with its evidence, and tells whether the chain of hashes holds',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: historySchema,
      example: { number: numberExample, verified: true, events: [] },
    },
    handle: async ({ registry }, { path }) => {
      const number = numberIn(path);
      const { events, fault } = await registry.audit(number);
      return { status: 200, body: { number, verified: fault ?? true, events } };
    },
  }),
];
