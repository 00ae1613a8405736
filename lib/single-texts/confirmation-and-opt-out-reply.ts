import type { ConsentEvent } from '../consent/consent-event.ts';
import { merge } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import { sha256 } from '../runtime/sha256.ts';
import { newSingleText, type SingleText } from './single-text.ts';

/**
 * The text that an event of consent is answered with, if any: one confirmation of an opt-in (B3), one of an opt-out where
 * the carrier gives none.
 *
 * - An opt-in that was one already is not confirmed again; a keyword is, by its own words, since it is a programme of its own.
 * - With double opt-in the request for START comes first, and the START is what is confirmed.
 * - Where Twilio answers START and STOP by itself, a second answer would be one too many.
 * - Imports are confirmed by nobody: who imports a million consents must not text a million people.
 *
 * @param event as the ledger has it. @param keywordWords the confirmation of the event's keyword, where it has one.
 */
export function replyTo(
  event: ConsentEvent,
  settings: Settings,
  keywordWords: string | undefined,
  now: Date,
): SingleText | undefined {
  if (event.effect !== 'changed') return undefined;
  if (event.kind === 'optOut') {
    return owesOptOutReply(event, settings)
      ? reply(event, 'optOutReply', settings.optOutReply, settings, now)
      : undefined;
  }
  if (event.after !== 'opted_in' || !settings.confirmOptIns) return undefined;
  if (event.kind === 'handsetKeyword') {
    return reply(event, 'confirmation', keywordWords ?? settings.optInReply, settings, now);
  }
  return owesConfirmation(event, settings)
    ? reply(event, 'confirmation', settings.optInReply, settings, now)
    : undefined;
}

function owesOptOutReply({ before, evidence }: ConsentEvent, { keywordReplies }: Settings): boolean {
  if (before === 'opted_out' || evidence.source !== 'handset') return false;
  return !evidence.carrierActs || keywordReplies === 'sendgate';
}

const FROM_HANDSET = new Set(['handsetStart', 'handsetYes']);
const NEVER_CONFIRMED = new Set<string>(['import']);

function owesConfirmation({ kind, before, evidence }: ConsentEvent, settings: Settings): boolean {
  if (NEVER_CONFIRMED.has(evidence.source)) return false;
  const isStart = FROM_HANDSET.has(kind);
  if (settings.doubleOptIn !== 'off' && !isStart) return false;
  if (settings.doubleOptIn === 'off' && before === 'opted_in') return false;
  // Twilio tells whoever lifts a block by START that texts come again.
  const carrierSaysSo =
    evidence.source === 'handset' && evidence.carrierActs && settings.keywordReplies === 'carrier';
  return !(isStart && before === 'opted_out' && carrierSaysSo);
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
