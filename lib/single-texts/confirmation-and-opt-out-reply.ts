import type { ConsentEvent } from '../consent/consent-event.ts';
import { merge } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import { sha256 } from '../runtime/sha256.ts';
import { newSingleText, type SingleText } from './single-text.ts';

/**
 * Writes the reply to a consent event, if it needs one: the confirmation of an opt-in, once (B3), or of an opt-out that the
 * carrier does not confirm. Pure.
 *
 * - A number that was opted in already gets no further confirmation, except for a new keyword: each keyword is a program of its own.
 * - With double opt-in, only START is confirmed: the request for START comes first.
 * - Where Twilio itself answers START and STOP, there is no reply.
 * - Imports are not confirmed: an import of a million consents must not text a million people.
 *
 * @param event an entry of the ledger. @param keywordWords the confirmation of the event's keyword, if it has its own.
 * @returns a new single text, due at once; undefined when the event needs no reply.
 */
export function replyTo(
  event: ConsentEvent,
  settings: Settings,
  keywordWords: string | undefined,
  now: Date,
): SingleText | undefined {
  if (event.effect !== 'changed') return undefined;
  if (event.kind === 'optOut') {
    return needsOptOutReply(event, settings)
      ? reply(event, 'optOutReply', settings.optOutReply, settings, now)
      : undefined;
  }
  if (event.after !== 'opted_in' || !settings.confirmOptIns) return undefined;
  if (event.kind === 'handsetKeyword') {
    return reply(event, 'confirmation', keywordWords ?? settings.optInReply, settings, now);
  }
  return needsConfirmation(event, settings)
    ? reply(event, 'confirmation', settings.optInReply, settings, now)
    : undefined;
}

function needsOptOutReply({ before, evidence }: ConsentEvent, { keywordReplies }: Settings): boolean {
  if (before === 'opted_out' || evidence.source !== 'handset') return false;
  return !evidence.carrierActs || keywordReplies === 'sendgate';
}

const FROM_HANDSET = new Set(['handsetStart', 'handsetYes']);
const NEVER_CONFIRMED = new Set<string>(['import']);

function needsConfirmation({ kind, before, evidence }: ConsentEvent, settings: Settings): boolean {
  if (NEVER_CONFIRMED.has(evidence.source)) return false;
  const isStart = FROM_HANDSET.has(kind);
  if (settings.doubleOptIn !== 'off' && !isStart) return false;
  if (settings.doubleOptIn === 'off' && before === 'opted_in') return false;
  // When START lifts a block, Twilio itself replies that texts come again.
  const carrierConfirms =
    evidence.source === 'handset' && evidence.carrierActs && settings.keywordReplies === 'carrier';
  return !(isStart && before === 'opted_out' && carrierConfirms);
}

function reply(
  { number, sequence, evidence, occurredAt, recordedAt }: ConsentEvent,
  purpose: 'confirmation' | 'optOutReply',
  words: string,
  { organizationName }: Settings,
  now: Date,
): SingleText | undefined {
  const merged = merge(words, { organizationName });
  if (merged.kind !== 'rendered') return undefined;
  const id = `${purpose}-${sha256(number).slice(0, 16)}-${sequence}`;
  const isAnswer = evidence.source === 'handset';
  const text = newSingleText({ id, number, purpose, body: merged.body, answers: sequence, isAnswer }, now);
  // Its age counts from the event, however late that is followed. An opt-out may be learned of long after it happened.
  return { ...text, firstDueAt: purpose === 'optOutReply' ? occurredAt : recordedAt };
}
