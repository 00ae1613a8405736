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
/** The function may run for 20 seconds, and API Gateway waits for 30. */
const MAXIMUM_RUN_MILLISECONDS = 10_000;
const MAXIMUM_DAYS = 31;
const DAY_MILLISECONDS = 86_400_000;

const bodySchema = z
  .strictObject({ settings: settingsChangeSchema.optional(), at: z.iso.datetime().optional() })
  .meta({
    id: 'CycleDryRunInput',
    description:
      'at: the dry run covers texts that are due until then, by default until the end of the next cycle, at most 31 days ahead. settings: it decides as if these were saved; they are not.',
  });

/** The dry run of the next cycle (X12). */
export const dryRunRoutes = [
  route({
    method: 'POST',
    path: '/cycles/dry-run',
    operationId: 'dryRunCycle',
    tag: 'automations',
    summary:
      'Runs the next cycle without sending: gives what would leave, what would be held and why, segments, cost and local times; with settings, also what would change if they were saved',
    roles: ['admin', 'agent'],
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(MAXIMUM_TEXTS).default(MAXIMUM_TEXTS),
      cursor: z.string().max(2000).optional(),
    }),
    body: bodySchema,
    bodyExample: { settings: { requireSmsOptIn: true }, at: '2026-11-25T16:00:00.000Z' },
    answers: { status: 200, schema: dryRunAnswerSchema, example: dryRunExample },
    handle: async (deps, { body, query: { limit, cursor } }) => {
      const settings = await deps.configuration.settings();
      const change = body.settings && settingsChangeIn(settings, body.settings, 'settings.');
      const position = positionOf(deps, body, cursor);
      const start = performance.now();
      const hasTime = () => performance.now() - start < MAXIMUM_RUN_MILLISECONDS;
      const { due, waiting, next, ...others } = await dryRunPage(deps, position, { change, limit, hasTime });
      const { segmentPrice } = { ...settings, ...change };
      return {
        status: 200,
        body: {
          now: position.now,
          until: position.until,
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

/** Reads the position from a cursor, or makes the first one. All pages of a dry run have the times of the first page. */
function positionOf(
  { now, cycleRateMinutes }: Pick<AdminDeps, 'now' | 'cycleRateMinutes'>,
  body: z.infer<typeof bodySchema>,
  cursor: string | undefined,
): DryRunPosition {
  const decoded = decodeFilterCursor(cursor, 'dry-run', body);
  if (decoded !== undefined) {
    const position = dryRunPositionSchema.safeParse(JSON.parse(decoded));
    if (position.success) return position.data;
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
