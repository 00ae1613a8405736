import type { NewConsentEvent } from '../consent/consent-event.ts';
import { wordsVersion } from '../consent/ledger.ts';
import type { Settings } from '../organization/settings.ts';
import { type ConsentStatement, eventKindOf, type Submission } from './submission.ts';

/** The parts of a submission that are evidence. */
export type SubmissionEvidence = Pick<
  Submission,
  'number' | 'formId' | 'submissionId' | 'uid' | 'occurredAt' | 'pageUrl' | 'ip' | 'userAgent'
>;

/**
 * Builds the consent event of one statement of a submission (H4, H5, B1), with its evidence (X2). The same statement always gives the
 * same source ID, so it is recorded once.
 *
 * @param settings.reOptIn whether an explicit opt-in may lift an opt-out that came from the phone.
 */
export function consentEventOf(
  submission: SubmissionEvidence,
  statement: ConsentStatement,
  { reOptIn }: Pick<Settings, 'reOptIn'>,
): NewConsentEvent {
  const { number, formId, submissionId, uid, occurredAt, pageUrl, ip, userAgent } = submission;
  const { kind: _, wordsShown, ...details } = statement;
  const event = eventKindOf(statement);
  return {
    number,
    kind: event,
    occurredAt,
    sourceId: `form:${formId}:${uid}:${details.checkbox ?? (details.answer ? 'question' : 'implied')}`,
    evidence: {
      source: 'form',
      formId,
      submissionId,
      wordsShown,
      wordsVersion: wordsVersion(wordsShown),
      ...details,
      ...(event === 'explicitWeb' && reOptIn === 'web' && { reOptIn }),
      ...(pageUrl !== undefined && { pageUrl }),
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}
