import * as z from 'zod';
import { dryRunVerdicts } from '../../../lib/gate/dry-run.ts';
import { moneySchema } from '../../../lib/organization/settings.ts';

const count = z.int().nonnegative();
const outcomeSchema = z
  .object({ verdict: z.enum(dryRunVerdicts), reason: z.string().nullable() })
  .meta({ id: 'DryRunOutcome' });
const billedSchema = z
  .object({
    texts: count,
    segments: count,
    /** Maps a number of segments to the count of texts that have it. */
    perText: z.record(z.string(), count),
    encodings: z.record(z.string(), count),
    /** The segments times `segmentPrice` of the settings: an estimate without carriers' fees. */
    cost: moneySchema,
  })
  .meta({ id: 'BilledTexts', description: 'Texts that leave, by what the carrier bills.' });

const summarySchema = z
  .object({
    texts: count,
    outcomes: z.array(
      outcomeSchema.extend({
        count,
        /** The first few texts with this outcome. */
        samples: z.array(
          z.object({
            number: z.string(),
            leadId: z.string().nullable(),
            automationId: z.string().nullable(),
            sentence: z.string(),
          }),
        ),
      }),
    ),
    leaving: billedSchema,
    deferred: billedSchema,
    /** When the texts would arrive in local time, grouped by the time zones that a recipient may be in. */
    arrivals: z.array(
      z.object({
        zones: z.array(z.string()),
        texts: count,
        earliest: z.iso.datetime(),
        latest: z.iso.datetime(),
        local: z.array(z.object({ zone: z.string(), earliest: z.string(), latest: z.string() })),
      }),
    ),
    /** Texts whose outcome the sent settings would change; empty when no settings were sent. */
    changed: z.array(z.object({ from: outcomeSchema, to: outcomeSchema, count })),
  })
  .meta({ id: 'DryRunSummary' });

/** Schema of the answer of a dry run (X12). */
export const dryRunAnswerSchema = z
  .object({
    /** The time of the dry run. */
    now: z.iso.datetime(),
    /** The time until which due texts were read. */
    until: z.iso.datetime(),
    due: summarySchema,
    /** Waiting texts, decided as if they were woken; null when no settings were sent. */
    waiting: summarySchema.nullable(),
    /** Texts that moved on during the dry run. */
    moved: count,
    /** Texts whose stored items cannot be read; the gate does not send them. */
    unreadable: count,
    /** True when everything was read. Otherwise repeat the request with `next` as the cursor, and add the counts up. */
    complete: z.boolean(),
    next: z.string().nullable(),
  })
  .meta({ id: 'CycleDryRun' });

export const dryRunExample = {
  now: '2026-11-24T16:00:00.000Z',
  until: '2026-11-25T16:00:00.000Z',
  due: {
    texts: 2,
    outcomes: [
      {
        verdict: 'send',
        reason: null,
        count: 1,
        samples: [
          {
            number: '+13035550142',
            leadId: '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11',
            automationId: 'welcome',
            sentence: 'sent: every rule agrees',
          },
        ],
      },
      {
        verdict: 'hold',
        reason: 'waitingForConsent',
        count: 1,
        samples: [
          {
            number: '+13035550143',
            leadId: '7c1f5b1e-4f0f-4f6e-9d51-3f4c8a6e0b52',
            automationId: 'welcome',
            sentence: 'held: the setting is on and the number has no recorded opt-in',
          },
        ],
      },
    ],
    leaving: {
      texts: 1,
      segments: 1,
      perText: { '1': 1 },
      encodings: { 'GSM-7': 1 },
      cost: { amount: 0.0083, currency: 'USD' },
    },
    deferred: { texts: 0, segments: 0, perText: {}, encodings: {}, cost: { amount: 0, currency: 'USD' } },
    arrivals: [
      {
        zones: ['America/Denver'],
        texts: 1,
        earliest: '2026-11-24T16:00:00.000Z',
        latest: '2026-11-24T16:00:00.000Z',
        local: [{ zone: 'America/Denver', earliest: '2026-11-24T09:00', latest: '2026-11-24T09:00' }],
      },
    ],
    changed: [
      {
        from: { verdict: 'send', reason: null },
        to: { verdict: 'hold', reason: 'waitingForConsent' },
        count: 1,
      },
    ],
  },
  waiting: null,
  moved: 0,
  unreadable: 0,
  complete: true,
  next: null,
};
