import * as z from 'zod';
import {
  broadcastAutomation,
  broadcastAutomationId,
  type Campaign,
} from '../../../lib/campaigns/campaign.ts';
import {
  type MemberDeliverability,
  memberDeliverability,
} from '../../../lib/campaigns/member-deliverability.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { templateSchema } from '../../../lib/messaging/template.ts';
import { moneySchema, type Settings } from '../../../lib/organization/settings.ts';
import { route } from '../route.ts';
import { campaignIn } from './campaigns.ts';

const SAMPLE = 5;

const answerSchema = z
  .object({
    /** Active members of the campaign. */
    members: z.int().nonnegative(),
    /** Members that this page examined. */
    examined: z.int().nonnegative(),
    deliverable: z.object({
      count: z.int().nonnegative(),
      /** Count of texts that would leave later, by reason: `quietHours`, `caps`. */
      later: z.record(z.string(), z.int().positive()),
    }),
    undeliverable: z.object({
      count: z.int().nonnegative(),
      reasons: z.array(
        z.object({
          reason: z.string(),
          count: z.int().positive(),
          /** The first few members with this reason. */
          sample: z.array(
            z.object({ leadId: z.string(), number: z.string().optional(), sentence: z.string() }),
          ),
        }),
      ),
    }),
    segments: z.object({
      total: z.int().nonnegative(),
      /** Maps a number of segments to the count of texts that have it. */
      perText: z.record(z.string(), z.int().positive()),
      encodings: z.record(z.string(), z.int().positive()),
    }),
    /** The segments times `segmentPrice` of the settings: an estimate without carriers' fees. */
    cost: moneySchema,
    next: z.string().nullable(),
  })
  .meta({ id: 'Deliverability' });

/** Deliverability before a broadcast is sent (T7). */
export const campaignDeliverabilityRoutes = [
  route({
    method: 'POST',
    path: '/campaigns/{id}/deliverability',
    operationId: 'checkDeliverability',
    tag: 'campaigns',
    summary:
      'Tells before sending which members a text would reach, and why it would not reach the others, with segments and cost. Sends nothing. Page by page: add the pages up',
    roles: ['admin'],
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(500).default(250),
      cursor: z.string().max(2000).optional(),
    }),
    body: z.strictObject({ template: templateSchema }),
    bodyExample: { template: 'Hi {{firstName|there}}, roofs are 10% off until Friday.' },
    answers: {
      status: 200,
      schema: answerSchema,
      example: {
        members: 3,
        examined: 3,
        deliverable: { count: 2, later: { quietHours: 1 } },
        undeliverable: {
          count: 1,
          reasons: [
            {
              reason: 'waitingForKeyword',
              count: 1,
              sample: [
                {
                  leadId: '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11',
                  number: '+13035550142',
                  sentence: 'held: the number never texted the keyword ROOF',
                },
              ],
            },
          ],
        },
        segments: { total: 2, perText: { '1': 2 }, encodings: { 'GSM-7': 2 } },
        cost: { amount: 0.0166, currency: 'USD' },
        next: null,
      },
    },
    handle: async (deps, { path, body, query: { limit, cursor } }) => {
      const campaign = await campaignIn(deps, path);
      const { id } = campaign;
      const filter = { id, template: body.template };
      const after = decodeFilterCursor(cursor, 'deliverability', filter);
      const draft = draftOf(campaign, body.template);
      const [{ members: results, next }, members, settings] = await Promise.all([
        memberDeliverability(deps, id, draft, { limit, after }),
        deps.members.count(id),
        deps.configuration.settings(),
      ]);
      return {
        status: 200,
        body: {
          members,
          ...summaryOf(results, settings),
          next: encodeFilterCursor('deliverability', filter, next),
        },
      };
    },
  }),
];

/** Builds the automation that the campaign's next broadcast would have. */
function draftOf(campaign: Campaign, template: string) {
  const broadcast = campaign.broadcasts + 1;
  const automationId = broadcastAutomationId(campaign.id, broadcast);
  const { keyword } = campaign;
  return broadcastAutomation(campaign, { automationId, broadcast, template, keyword, maximumAge: 'P7D' });
}

function summaryOf(results: readonly MemberDeliverability[], { segmentPrice }: Settings) {
  const later = new Map<string, number>();
  const perText = new Map<string, number>();
  const encodings = new Map<string, number>();
  const reasons = new Map<string, { reason: string; count: number; sample: object[] }>();
  let [deliverable, total] = [0, 0];
  for (const { leadId, number, deliverability } of results) {
    if (deliverability.kind === 'deliverable') {
      deliverable++;
      total += deliverability.segments;
      if (deliverability.deferred !== undefined) increase(later, deliverability.deferred);
      increase(perText, String(deliverability.segments));
      increase(encodings, deliverability.encoding);
      continue;
    }
    const { reason, sentence } = deliverability;
    const counted = reasons.get(reason) ?? { reason, count: 0, sample: [] };
    reasons.set(reason, counted);
    counted.count++;
    if (counted.sample.length < SAMPLE) counted.sample.push({ leadId, number, sentence });
  }
  const { amount, currency } = segmentPrice;
  return {
    examined: results.length,
    deliverable: { count: deliverable, later: Object.fromEntries(later) },
    undeliverable: {
      count: results.length - deliverable,
      reasons: [...reasons.values()].toSorted((a, b) => b.count - a.count),
    },
    segments: { total, perText: Object.fromEntries(perText), encodings: Object.fromEntries(encodings) },
    // Prices have at most six decimal places: further digits are floating-point noise.
    cost: { amount: Number((total * amount).toFixed(6)), currency },
  };
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
