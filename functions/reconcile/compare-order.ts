import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import type { LoggedText, TextLog } from '../../lib/drift/text-log.ts';
import { type WakeNumberDeps, wakeNumber } from '../../lib/gate/wake.ts';

export interface OrderDeps extends WakeNumberDeps {
  readonly registry: Pick<ConsentRegistry, 'record' | 'events' | 'loadSnapshot'>;
  readonly conversations: Pick<ConversationStore, 'handle'>;
  readonly log: Pick<TextLog, 'timeOf'>;
}

/**
 * Compares a text that lifted an opt-out with that opt-out by Twilio's own times (X3, X13): Twilio may have delivered the text to us
 * late. An opt-out that the person sent after it is recorded again. Either way the hold of the text ends, which lasted until the
 * times were known. Of the same second nobody can tell: a text that is held stays held for a person.
 *
 * @returns true when the opt-out was recorded again.
 */
export async function compareOrder(deps: OrderDeps, text: LoggedText): Promise<boolean> {
  const { number, sid } = text;
  const { sequence } = await deps.registry.loadSnapshot({ number, sourceId: `sms:${sid}` });
  if (sequence === undefined) return false;
  const events = await deps.registry.events(number);
  const lift = events.find((event) => event.sequence === sequence);
  const out = events.findLast((event) => event.sequence < sequence && isOptOut(event));
  if (!lift || !out || lift.before !== 'opted_out' || lift.after !== 'opted_in') return false;
  const [liftedAt, outAt] = [Date.parse(text.at), await secondOf(deps, out)];
  if (liftedAt === outAt) return false;
  const isEarlier = liftedAt < outAt;
  if (isEarlier) {
    await deps.registry.record({
      number,
      kind: 'optOut',
      // As late as the text that it followed stands in the ledger, so that it opposes that text and nothing later.
      occurredAt: lift.occurredAt,
      sourceId: `order:${sid}`,
      evidence: out.evidence,
    });
  }
  const decision = isEarlier ? ('optOut' as const) : ('noOptOut' as const);
  const at = deps.now().toISOString();
  await deps.conversations.handle(number, {
    decision: { decision, by: 'the comparison with Twilio', at, messageSid: sid },
  });
  await wakeNumber(deps, number, ['awaitingReview']);
  return isEarlier;
}

const isOptOut = ({ kind, effect }: ConsentEvent) => kind === 'optOut' && effect !== 'late';

/** Returns the second of an opt-out: by Twilio's time of a text, by ours of any other and of a text that Twilio no longer has. */
async function secondOf({ log }: OrderDeps, { evidence, occurredAt }: ConsentEvent): Promise<number> {
  const known = evidence.source === 'handset' ? await log.timeOf(evidence.messageSid) : undefined;
  return Math.floor(Date.parse(known ?? occurredAt) / 1000) * 1000;
}
