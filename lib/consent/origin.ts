import { loggableId } from '../messaging/loggable-id.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Evidence } from './consent-event.ts';

/**
 * Hashes a submission's id for logs: the first 16 hex digits of its SHA-256. The sender of a submission chooses the id, and could
 * choose a phone number.
 */
export function loggableSubmission(submissionId: string): string {
  return sha256(submissionId).slice(0, 16);
}

/** Names the origin of an event for logs, by the ids that the other functions' logs use. Never contains the number. */
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
