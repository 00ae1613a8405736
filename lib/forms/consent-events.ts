import type { NewConsentEvent } from '../consent/consent-event.ts';
import { wordsVersion } from '../consent/ledger.ts';
import { type ConsentStatement, eventKindOf, type Submission } from './submission.ts';

/** A submission as far as it is evidence. */
export type SubmissionEvidence = Pick<
  Submission,
  'number' | 'formId' | 'submissionId' | 'uid' | 'occurredAt' | 'pageUrl' | 'ip' | 'userAgent'
>;

/** What one statement of a submission is to the registry: an event with its evidence, the same however often it is made. */
export function consentEventOf(submission: SubmissionEvidence, statement: ConsentStatement): NewConsentEvent {
  const { number, formId, submissionId, uid, occurredAt, pageUrl, ip, userAgent } = submission;
  const { kind: _, wordsShown, ...said } = statement;
  return {
    number,
    kind: eventKindOf(statement),
    occurredAt,
    sourceId: `form:${formId}:${uid}:${said.checkbox ?? (said.answer ? 'question' : 'implied')}`,
    evidence: {
      source: 'form',
      formId,
      submissionId,
      wordsShown,
      wordsVersion: wordsVersion(wordsShown),
      ...said,
      ...(pageUrl !== undefined && { pageUrl }),
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}
