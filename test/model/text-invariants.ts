import type { StoredMessage } from '../../infra/local/twilio/store.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { Harness } from './harness.ts';
import type { Expectations } from './play.ts';
import { objections, type PromisedState, promisedStates, type Text } from './promise.ts';
import { type ConsentChange, ledgerEventOf, Violation } from './registry-snapshot.ts';

/** Returns the keyword that an automation is tied to. */
export const keywordOf = (automationId: string | undefined) =>
  automationId?.startsWith('roofs') ? 'ROOF' : undefined;

export function textOf({
  purpose,
  leadId,
  automationId,
}: Pick<Message, 'purpose' | 'leadId' | 'automationId'>): Text {
  return { purpose: purpose ?? 'step', leadId, keyword: keywordOf(automationId) };
}

/** Reads our message id from the callback address of a text at Twilio. It is there even when Twilio's answer was lost. */
export function messageIdOf({ statusCallback }: StoredMessage): string {
  return new URL(statusCallback ?? '').searchParams.get('message') ?? '';
}

/**
 * Checks texts that have just reached Twilio: the consent version that each was sent under allows it, and no later version
 * had been recorded when it was claimed.
 *
 * @param before versions of the numbers' consent when the step began. @param changes made while the step was played.
 */
export async function checkTextInvariants(
  harness: Harness,
  expected: Expectations,
  left: readonly StoredMessage[],
  before: ReadonlyMap<string, number>,
  changes: readonly ConsentChange[],
): Promise<void> {
  for (const text of left) {
    const id = messageIdOf(text);
    const message = await harness.messages.get(id);
    if (!message) throw new Violation(`A text left that is in no table: "${text.body}"`);
    const { consentVersion = -1 } = message;
    const events = (await harness.registry.events(text.to)).map(ledgerEventOf);
    const at = promisedStates(events, harness.transitionTable())[consentVersion];
    if (!at) throw new Violation(`"${text.body}" left under version ${consentVersion}, which there is not`);
    const overtaken = changes.find(
      ({ number, version, claimed }) => number === text.to && !claimed.has(id) && consentVersion < version,
    );
    if (consentVersion < (before.get(text.to) ?? 0) || overtaken) {
      throw new Violation(
        `"${text.body}" left under version ${consentVersion}, after a later one was recorded`,
      );
    }
    checkText(expected, text, message, at);
  }
}

function checkText(expected: Expectations, text: StoredMessage, message: Message, at: PromisedState): void {
  if (message.number !== text.to) throw new Violation(`"${text.body}" went to another number than its own`);
  const isInReview = expected.inReview.has(text.to);
  const against = objections(textOf(message), at, expected.settings, isInReview);
  // A doubtful text that arrived while the gate was at work may have arrived after the claim.
  if (against.size === 1 && against.has('awaitingReview') && message.claimedAt !== undefined) {
    const since = expected.reviewSince.get(text.to) ?? '';
    if (message.claimedAt <= since) return;
  }
  if (against.size > 0) throw new Violation(`"${text.body}" left, though against it speaks: ${[...against]}`);
}
