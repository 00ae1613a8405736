import type { StoredMessage } from '../../infra/local/twilio/store.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { Harness } from './harness.ts';
import type { ExpectedConsent } from './play.ts';
import { objections, type Standpoint, standpoints, type Text } from './promise.ts';
import { factOf, type Moment, Violation } from './registry-snapshot.ts';

/** Which keyword an automation is tied to. */
export const keywordOf = (automationId: string | undefined) =>
  automationId?.startsWith('roofs') ? 'ROOF' : undefined;

export function textOf({
  purpose,
  leadId,
  automationId,
}: Pick<Message, 'purpose' | 'leadId' | 'automationId'>): Text {
  return { purpose: purpose ?? 'step', leadId, keyword: keywordOf(automationId) };
}

/** Of which message of ours a text at Twilio is: the callback's address names it, whatever became of the answer. */
export function messageIdOf({ statusCallback }: StoredMessage): string {
  return new URL(statusCallback ?? '').searchParams.get('message') ?? '';
}

/**
 * Judges texts that have just reached Twilio: each may leave under the consent that it says it was sent under, and that is
 * none that had been overtaken.
 *
 * @param before versions of the numbers' consent when the step began. @param moments what happened in the middle of it.
 */
export async function checkTextInvariants(
  rig: Harness,
  known: ExpectedConsent,
  left: readonly StoredMessage[],
  before: ReadonlyMap<string, number>,
  moments: readonly Moment[],
): Promise<void> {
  for (const text of left) {
    const id = messageIdOf(text);
    const message = await rig.messages.get(id);
    if (!message) throw new Violation(`A text left that is in no book: "${text.body}"`);
    const { consentVersion = -1 } = message;
    const facts = (await rig.registry.events(text.to)).map(factOf);
    const at = standpoints(facts, rig.table())[consentVersion];
    if (!at) throw new Violation(`"${text.body}" left under version ${consentVersion}, which there is not`);
    const overtaken = moments.find(
      ({ number, version, claimed }) => number === text.to && !claimed.has(id) && consentVersion < version,
    );
    if (consentVersion < (before.get(text.to) ?? 0) || overtaken) {
      throw new Violation(
        `"${text.body}" left under version ${consentVersion}, after a later one was recorded`,
      );
    }
    judgeText(known, text, message, at);
  }
}

function judgeText(known: ExpectedConsent, text: StoredMessage, message: Message, at: Standpoint): void {
  if (message.number !== text.to) throw new Violation(`"${text.body}" went to another number than its own`);
  const isInReview = known.inReview.has(text.to);
  const against = objections(textOf(message), at, known.rules, isInReview);
  // A doubtful text that arrived while the gate was at work may have come after the claim.
  if (against.size === 1 && against.has('awaitingReview') && message.claimedAt !== undefined) {
    const since = known.reviewSince.get(text.to) ?? '';
    if (message.claimedAt <= since) return;
  }
  if (against.size > 0) throw new Violation(`"${text.body}" left, though against it speaks: ${[...against]}`);
}
