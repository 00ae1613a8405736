import * as z from 'zod';
import { summarizeDryRun } from '../../../lib/gate/dry-run-summary.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { invalidField } from '../../../lib/http/route.ts';
import { settingsChangeSchema } from '../../../lib/organization/settings.ts';
import { dryRunAnswerSchema, dryRunExample } from '../dry-run/dry-run-answer.ts';
import { type DryRunPosition, dryRunPage, dryRunPositionSchema } from '../dry-run/dry-run-page.ts';
import { type AdminDeps, route } from '../route.ts';
import { settingsChangeIn } from './settings.ts';

const MAXIMUM_TEXTS = 2000;
/** The function has 20 seconds, and API Gateway 30. */
const MAXIMUM_RUN_MILLISECONDS = 10_000;
const MAXIMUM_DAYS = 31;
const DAY_MILLISECONDS = 86_400_000;

const bodySchema = z
  .strictObject({ settings: settingsChangeSchema.optional(), at: z.iso.datetime().optional() })
  .meta({
    id: 'CycleDryRunInput',
    example: { settings: { requireSmsOptIn: true }, at: '2026-11-25T16:00:00.000Z' },
    description:
      'at: look at what is due until then, by default the end of the next cycle, at most 31 days ahead. settings: decide as if these were saved; nothing is.',
  });

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
      limit: z.coerce.number().int().min(1).max(MAXIMUM_TEXTS).default(MAXIMUM_TEXTS),
      cursor: z.string().max(2000).optional(),
    }),
    body: bodySchema,
    answers: { status: 200, schema: dryRunAnswerSchema, example: dryRunExample },
    handle: async (deps, { body, query: { limit, cursor } }) => {
      const settings = await deps.configuration.settings();
      const change = body.settings && settingsChangeIn(settings, body.settings, 'settings.');
      const place = placeIn(deps, body, cursor);
      const start = performance.now();
      const hasTime = () => performance.now() - start < MAXIMUM_RUN_MILLISECONDS;
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
  if (until.getTime() > from.getTime() + MAXIMUM_DAYS * DAY_MILLISECONDS) {
    throw invalidField('at', `Name a moment within the next ${MAXIMUM_DAYS} days.`);
  }
  return { now: from.toISOString(), until: until.toISOString(), part: 0 };
}
