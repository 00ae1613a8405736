import { randomUUID } from 'node:crypto';
import { type Campaign, campaignInputSchema } from '../../lib/campaigns/campaign.ts';
import { memberItem } from '../../lib/campaigns/campaign-items.ts';
import type { Conversation } from '../../lib/conversations/conversation.ts';
import { putConversation, putReview } from '../../lib/conversations/conversation-items.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { leadItem, leadWithNumberKey, putPrimary } from '../../lib/leads/lead-items.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { type Admin, adminRequest } from './admin.ts';
import { type Names, nameOf } from './bench-organization.ts';
import { type TableItem, writeAll } from './bulk.ts';
import { numberOf } from './people.ts';
import { KEYWORD, type RegistryCopies } from './registry-copies.ts';

export const CAMPAIGN = 'roofs';
export const PROJECT = 'Spring';
/** Every fifth number has a lead, a conversation and a membership of the campaign. */
const NUMBERS_PER_LEAD = 5;
/** The number with many texts: that of the first lead. */
export const TEXTER = numberOf(0);
const TEXTS = 60;

/** Creates leads, conversations and campaign members for the numbers of a registry, with items as the stores write them. */
export function createOutreachCopies(names: Names, registry: RegistryCopies, admin: Admin) {
  const table = nameOf(names, ENV.outreachTable);
  const { client } = registry;
  const now = () => new Date();
  let size = 0;

  function* itemsOf(index: number): Generator<TableItem> {
    const number = numberOf(index);
    const id = randomUUID();
    const at = new Date(Date.parse('2025-01-06T15:00:00.000Z') + index * 20_000).toISOString();
    const details = { firstName: 'Dana', lastName: 'Reyes', zip: '80202' };
    const items = [
      leadItem({ id, number, details, createdAt: at, updatedAt: at }),
      { ...leadWithNumberKey(number, id), leadId: id },
      putPrimary(table, number, undefined, { leadId: id, leadsWithNumber: [id] }).Put?.Item,
      memberItem(CAMPAIGN, { leadId: id, active: true, addedAt: at, addedBy: 'bench' }),
    ];
    if (number !== TEXTER) {
      const place = Math.floor(index / NUMBERS_PER_LEAD) % 3;
      const review = place === 1 && { review: { rule: 'en.stop', messageSid: 'SM1', since: at } };
      const conversation: Conversation = {
        ...{ number, version: 1, unread: 1, recent: [] },
        ...{ lastAt: at, lastDirection: 'inbound' as const, lastWords: 'Can you come on Tuesday?' },
        ...(place === 0 && { project: PROJECT }),
        ...review,
      };
      items.push(putConversation(table, conversation).Item);
      if (review) items.push(putReview(table, conversation).Item);
    }
    for (const item of items) if (item) yield { table, item };
  }

  return {
    /** Creates a keyword, an automation, a campaign with a broadcast, and one long conversation. */
    setUp: async (): Promise<void> => {
      await requestAdmin(admin, 'PUT', `/keywords/${KEYWORD}`, { description: 'Roofs' });
      const steps = [{ delay: 'PT0S', template: 'Hi {{firstName|there}}.' }];
      await requestAdmin(admin, 'PUT', '/automations/welcome', {
        ...{ id: 'welcome', kind: 'newProspect', name: 'Welcome', steps },
      });
      const campaign = campaignInputSchema.parse({ id: CAMPAIGN, name: 'Roofs' }) as Partial<Campaign>;
      await requestAdmin(admin, 'PUT', `/campaigns/${CAMPAIGN}`, campaign);
      const text = { template: 'Roofs are 10% off.', maximumAge: 'P2D' };
      await requestAdmin(admin, 'POST', `/campaigns/${CAMPAIGN}/broadcasts`, text);
      const conversations = createConversationStore({ client, table, now });
      for (let text = 0; text < TEXTS; text++) {
        await conversations.receive({ sid: `SM${randomUUID()}`, number: TEXTER, body: `Text ${text}` });
      }
    },
    /** Adds leads, conversations and members for a registry of `to` numbers. */
    grow: async (to: number): Promise<void> => {
      let items: TableItem[] = [];
      for (
        let index = Math.ceil(size / NUMBERS_PER_LEAD) * NUMBERS_PER_LEAD;
        index < to;
        index += NUMBERS_PER_LEAD
      ) {
        items.push(...itemsOf(index));
        if (items.length < 5000) continue;
        await writeAll(client, items);
        items = [];
      }
      await writeAll(client, items);
      size = Math.max(size, to);
    },
  };
}

async function requestAdmin(admin: Admin, method: string, path: string, body: object): Promise<void> {
  const request = { body: JSON.stringify(body), contentType: 'application/json' };
  const answer = await admin(adminRequest(method, path, request));
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${answer.body}`);
}
