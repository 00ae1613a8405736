import * as z from 'zod';
import { decide } from '../../lib/gate/decide.ts';
import { singleTextInput } from '../../lib/gate/decision-input.ts';
import { loadBatch } from '../../lib/gate/load-decision-input.ts';
import { type SingleText, type SingleTextRef, singleTextSchema } from '../../lib/single-texts/single-text.ts';
import type { AdminDeps } from './route.ts';
import { MAY_LEAVE } from './sending.ts';

/** A single text on its way, and what the gate would say of it now. */
export const pendingSchema = z.object({
  ...singleTextSchema.pick({
    id: true,
    purpose: true,
    body: true,
    leadId: true,
    actor: true,
    createdAt: true,
  }).shape,
  /** `queued`: to be decided as soon as it is due; `held`: it waits. */
  status: z.enum(['queued', 'held']),
  reason: z.string().nullable(),
  sentence: z.string(),
});

export const pendingExample = {
  id: 'agent-9f86d081884c7d65-5f70bf18-a086-4e3f-9b1c-0c1a3f6f0a11',
  purpose: 'agent',
  body: 'Hi Dana, does Tuesday at ten suit you?',
  actor: 'ada',
  createdAt: '2026-11-20T15:04:06.000Z',
  status: 'held',
  reason: 'waitingForStart',
  sentence: 'held: the number was asked and has not answered with START',
};

/** A number's single texts that have not become messages, oldest first: what an agent wrote is never out of sight (C3). */
export async function pendingTexts(
  deps: AdminDeps,
  number: string,
): Promise<readonly z.infer<typeof pendingSchema>[]> {
  const told = await decided(deps, number, await deps.singleTexts.open(number));
  return told.map(({ pending }) => pending).toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** One of them, with every rule that the gate would consult now. @returns undefined when there is none, or it is a message by now. */
export async function pendingText(deps: AdminDeps, ref: SingleTextRef) {
  const text = await deps.singleTexts.get(ref);
  if (!text || text.status === 'ended') return undefined;
  const [one] = await decided(deps, ref.number, [text]);
  return one;
}

/** What the gate would say of some texts of one number now. */
async function decided(deps: AdminDeps, number: string, texts: readonly SingleText[]) {
  if (texts.length === 0) return [];
  const [facts] = await loadBatch(deps, [{ number, singleTextId: 'none' }]);
  if (!facts) return [];
  const { settings, consent, conversation } = facts;
  return Promise.all(
    texts.map(async (text) => {
      const lead = text.leadId === undefined ? undefined : await deps.leads.get(text.leadId);
      const decision = decide({
        ...singleTextInput(text, lead),
        settings,
        consent,
        conversation,
        now: deps.now(),
      });
      const reason = 'reason' in decision ? decision.reason : null;
      const sentence = decision.kind === 'send' ? MAY_LEAVE : decision.sentence;
      return { pending: { ...shown(text), reason, sentence }, trace: decision.trace };
    }),
  );
}

function shown({ id, purpose, body, leadId, actor, createdAt, status }: SingleText) {
  return {
    ...{ id, purpose, body, createdAt },
    ...(leadId !== undefined && { leadId }),
    ...(actor !== undefined && { actor }),
    status: status === 'waiting' ? ('held' as const) : ('queued' as const),
  };
}
