import { loggableId } from '../messaging/loggable-id.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Evidence } from './consent-event.ts';

/**
 * A submission's id as logs have it: the beginning of its SHA-256. Builders, and whoever posts to a form, choose the id, and
 * could choose a phone number.
 */
export function loggableSubmission(submissionId: string): string {
  return sha256(submissionId).slice(0, 16);
}

/** By which id the logs of other functions speak of what an event came from. Never the number. */
export function originOf(evidence: Evidence): Readonly<Record<string, string>> {
  switch (evidence.source) {
    case 'form':
      return {
        source: 'form',
        formId: evidence.formId,
        submission: loggableSubmission(evidence.submissionId),
      };
    case 'handset':
      return { source: 'handset', messageSid: loggableId(evidence.messageSid) };
    case 'carrier':
    case 'gate':
      return { source: evidence.source, messageId: loggableId(evidence.messageId) };
    default:
      return { source: evidence.source };
  }
}
