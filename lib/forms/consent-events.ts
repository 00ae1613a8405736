import type { NewConsentEvent } from '../consent/consent-event.ts';
import { wordsVersion } from '../consent/ledger.ts';
import { type ConsentStatement, eventKindOf, type Submission } from './submission.ts';

/** The parts of a submission that are evidence. */
export type SubmissionEvidence = Pick<
  Submission,
  'number' | 'formId' | 'submissionId' | 'uid' | 'occurredAt' | 'pageUrl' | 'ip' | 'userAgent'
>;

/**
 * Builds the consent event of one statement of a submission (H4, H5, B1), with its evidence (X2). The same statement always gives the
 * same source ID, so it is recorded once.
 */
export function consentEventOf(submission: SubmissionEvidence, statement: ConsentStatement): NewConsentEvent {
  const { number, formId, submissionId, uid, occurredAt, pageUrl, ip, userAgent } = submission;
  const { kind: _, wordsShown, ...details } = statement;
  return {
    number,
    kind: eventKindOf(statement),
    occurredAt,
    sourceId: `form:${formId}:${uid}:${details.checkbox ?? (details.answer ? 'question' : 'implied')}`,
    evidence: {
      source: 'form',
      formId,
      submissionId,
      wordsShown,
      wordsVersion: wordsVersion(wordsShown),
      ...details,
      ...(pageUrl !== undefined && { pageUrl }),
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}
