import * as z from 'zod';
import { dryRunVerdicts } from '../../../lib/gate/dry-run.ts';
import { summarizeDryRun } from '../../../lib/gate/dry-run-summary.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { invalidField } from '../../../lib/http/route.ts';
import { moneySchema, settingsChangeSchema } from '../../../lib/organization/settings.ts';
import { type DryRunPosition, dryRunPage, dryRunPositionSchema } from '../dry-run/dry-run-page.ts';
import { type AdminDeps, route } from '../route.ts';
import { settingsChangeIn } from './settings.ts';

const MOST_TEXTS = 2000;
/** The function has 20 seconds, and API Gateway 30. */
const MOST_MILLISECONDS = 10_000;
const MOST_DAYS = 31;
const DAY = 86_400_000;

const count = z.int().nonnegative();
const outcomeSchema = z
  .object({ verdict: z.enum(dryRunVerdicts), reason: z.string().nullable() })
  .meta({ id: 'DryRunOutcome' });
const billedSchema = z
  .object({
    texts: count,
    segments: count,
    /** Number of segments to how many texts have it. */
    perText: z.record(z.string(), count),
    encodings: z.record(z.string(), count),
    /** `segmentPrice` of the settings times the segments: an estimate, without carriers' fees. */
    cost: moneySchema,
  })
  .meta({ id: 'BilledTexts', description: 'Texts that leave, by what the carrier bills.' });

const summarySchema = z
  .object({
    texts: count,
    outcomes: z.array(
      outcomeSchema.extend({
        count,
        /** The first few. */
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
    /** By the time zones that a recipient may be in: when the texts would arrive, on their clocks. */
    arrivals: z.array(
      z.object({
        zones: z.array(z.string()),
        texts: count,
        earliest: z.iso.datetime(),
        latest: z.iso.datetime(),
        local: z.array(z.object({ zone: z.string(), earliest: z.string(), latest: z.string() })),
      }),
    ),
    /** What the changed settings change; empty without any. */
    changed: z.array(z.object({ from: outcomeSchema, to: outcomeSchema, count })),
  })
  .meta({ id: 'DryRunSummary' });

const answerSchema = z
  .object({
    /** When was looked, and up to when what is due was looked at. */
    now: z.iso.datetime(),
    until: z.iso.datetime(),
    due: summarySchema,
    /** Those who wait, decided as if they were woken; null unless settings are changed. */
    waiting: summarySchema.nullable(),
    /** Moved on while they were looked at. */
    moved: count,
    /** Stored in a way that nobody can read; the gate does not send them. */
    unreadable: count,
    /** Whether the whole was looked at. If not, ask again with `next` as the cursor, and add the counts up. */
    complete: z.boolean(),
    next: z.string().nullable(),
  })
  .meta({ id: 'CycleDryRun' });

const bodySchema = z
  .strictObject({ settings: settingsChangeSchema.optional(), at: z.iso.datetime().optional() })
  .meta({
    id: 'CycleDryRunInput',
    example: { settings: { requireSmsOptIn: true }, at: '2026-11-25T16:00:00.000Z' },
    description:
      'at: look at what is due until then, by default the end of the next cycle, at most 31 days ahead. settings: decide as if these were saved; nothing is.',
  });

const example = {
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

export const dryRunRoutes = [
  route({
    method: 'POST',
    path: '/cycles/dry-run',
    operationId: 'dryRunCycle',
    tag: 'automations',
    summary:
      'The next cycle without sending: what would leave, what would be held and why, segments, cost and local times; with settings, what if they were saved',
    roles: ['admin', 'agent'],
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(MOST_TEXTS).default(MOST_TEXTS),
      cursor: z.string().max(2000).optional(),
    }),
    body: bodySchema,
    answers: { status: 200, schema: answerSchema, example },
    handle: async (deps, { body, query: { limit, cursor } }) => {
      const settings = await deps.configuration.settings();
      const change = body.settings && settingsChangeIn(settings, body.settings, 'settings.');
      const place = placeIn(deps, body, cursor);
      const start = performance.now();
      const hasTime = () => performance.now() - start < MOST_MILLISECONDS;
      const { due, waiting, next, ...others } = await dryRunPage(deps, place, { change, limit, hasTime });
      const { segmentPrice } = { ...settings, ...change };
      return {
        status: 200,
        body: {
          now: place.now,
          until: place.until,
          due: summarizeDryRun(due, segmentPrice),
          waiting: change ? summarizeDryRun(waiting, segmentPrice) : null,
          ...others,
          complete: next === undefined,
          next: encodeFilterCursor('dry-run', body, next && JSON.stringify(next)),
        },
      };
    },
  }),
];

/** Where to look from: a later page is about the same moments as the first. */
function placeIn(
  { now, cycleRateMinutes }: Pick<AdminDeps, 'now' | 'cycleRateMinutes'>,
  body: z.infer<typeof bodySchema>,
  cursor: string | undefined,
): DryRunPosition {
  const given = decodeFilterCursor(cursor, 'dry-run', body);
  if (given !== undefined) {
    const place = dryRunPositionSchema.safeParse(JSON.parse(given));
    if (place.success) return place.data;
    throw invalidField('cursor', 'Use the value of `next` from the page before, or none for the first page.');
  }
  const from = now();
  const at = from.getTime() + Number(cycleRateMinutes) * 60_000;
  const until = body.at === undefined ? new Date(at) : new Date(body.at);
  if (until < from) throw invalidField('at', 'Name a moment that is still to come, or leave it out.');
  if (until.getTime() > from.getTime() + MOST_DAYS * DAY) {
    throw invalidField('at', `Name a moment within the next ${MOST_DAYS} days.`);
  }
  return { now: from.toISOString(), until: until.toISOString(), part: 0 };
}
