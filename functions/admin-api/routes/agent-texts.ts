import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { badgeExample, badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import { decideAgentText, sendingOf } from '../../../lib/gate/agent-text.ts';
import { pendingExample } from '../../../lib/gate/pending-texts.ts';
import { invalidField, RequestProblem } from '../../../lib/http/route.ts';
import { withFooter } from '../../../lib/messaging/template.ts';
import { sha256 } from '../../../lib/runtime/sha256.ts';
import { newSingleText, type SingleTextRef } from '../../../lib/single-texts/single-text.ts';
import { type AdminDeps, route } from '../route.ts';
import { numberIn } from './numbers.ts';

const textSchema = z
  .strictObject({
    body: z.string().trim().min(1, 'Write a text').max(1400, 'A text has 1,400 characters at most'),
    /** The lead that the text is for, when several have the number. */
    leadId: z.string().max(64).optional(),
    /** Requests with the same key are one text, so that a request without an answer can be repeated (X5). */
    idempotencyKey: z.uuid('Use a UUID').optional(),
  })
  .meta({ id: 'AgentText' });

const takenSchema = z
  .object({
    id: z.string(),
    /** `queued`: the text leaves now; `held`: the opt-in request leaves first, or was sent and has no answer yet. */
    status: z.enum(['queued', 'held']),
    sentence: z.string(),
    warnings: z.array(z.string()),
    consent: badgeSchema,
  })
  .meta({ id: 'AgentTextTaken' });

/**
 * Sends an agent's text. `requireOptInForOneToOne` binds it, and a refusal says why (T8, S8); `requireSmsOptIn` does not
 * bind it (H12).
 */
export const agentTextRoutes = [
  route({
    method: 'POST',
    path: '/numbers/{number}/messages',
    operationId: 'sendMessage',
    tag: 'messages',
    summary:
      'Sends a text that you wrote, or refuses it with the reason when consent or the carrier forbids it',
    roles: ['admin', 'agent'],
    body: textSchema,
    bodyExample: { body: pendingExample.body },
    answers: {
      status: 202,
      schema: takenSchema,
      example: {
        id: pendingExample.id,
        status: 'queued',
        sentence: 'queued: every rule agrees',
        warnings: ['outside 9:00-20:00 in America/Denver, which does not bind an agent'],
        consent: badgeExample,
      },
    },
    handle: async (deps, { path, body, actor }) => {
      const number = numberIn(path);
      if (body.leadId !== undefined && !(await deps.leads.leadsWithNumber(number)).includes(body.leadId)) {
        throw invalidField('leadId', 'No lead with this id has the number.');
      }
      const { settings, state, lead, decision } = await decideAgentText(deps, number, body.leadId);
      if (withFooter(body.body, settings.footer).kind !== 'rendered') {
        throw invalidField('body', 'The text is too long with the footer. Shorten it.');
      }
      const sending = sendingOf(decision);
      const id = `agent-${sha256(number).slice(0, 16)}-${body.idempotencyKey ?? randomUUID()}`;
      const earlier =
        body.idempotencyKey === undefined ? undefined : await earlierText(deps, { number, id }, body.body);
      // A repeated request gets its first answer, even if the person has texted STOP in between.
      if (!earlier && !sending.allowed) {
        const { sentence, code } = sending;
        throw new RequestProblem(409, 'The text may not be sent', sentence, undefined, code ?? undefined);
      }
      const leadId = lead === undefined ? {} : { leadId: lead.id };
      const text = { id, number, purpose: 'agent', body: body.body, actor, ...leadId } as const;
      await deps.singleTexts.put(newSingleText(text, deps.now()));
      // If this fails, the next cycle enqueues the stored text.
      await deps.lanes.enqueue('priority', [{ singleTextId: id, number }]);
      const isHeld =
        earlier && earlier.status !== 'due' ? earlier.status === 'waiting' : decision.kind !== 'send';
      return {
        status: 202,
        body: {
          id,
          status: isHeld ? 'held' : 'queued',
          sentence: isHeld ? (earlier?.sentence ?? sending.sentence) : 'queued: every rule agrees',
          warnings: sending.warnings,
          consent: badgeOf(state, settings, lead?.id),
        },
      };
    },
  }),
];

/** Finds the text that an idempotency key was used for. @throws RequestProblem 422 when its words were different. */
async function earlierText({ singleTexts }: AdminDeps, ref: SingleTextRef, body: string) {
  const earlier = await singleTexts.get(ref);
  if (earlier && earlier.body !== body) {
    const message = 'Another text was sent with this key. Give each text a key of its own.';
    throw invalidField('idempotencyKey', message);
  }
  return earlier;
}
