import type { NewConsentEvent } from '../consent/consent-event.ts';
import { wordsVersion } from '../consent/ledger.ts';
import type { Settings } from '../organization/settings.ts';
import { type ConsentStatement, eventKindOf, type Submission } from './submission.ts';

/** A submission as far as it is evidence. */
export type SubmissionEvidence = Pick<
  Submission,
  'number' | 'formId' | 'submissionId' | 'uid' | 'occurredAt' | 'pageUrl' | 'ip' | 'userAgent'
>;

/**
 * Describes one statement of a submission as an event with its evidence, with the same id however often it is made.
 *
 * @param settings.reOptIn whether an explicit opt-in may lift an opt-out that came from the phone.
 */
export function consentEventOf(
  submission: SubmissionEvidence,
  statement: ConsentStatement,
  { reOptIn }: Pick<Settings, 'reOptIn'>,
): NewConsentEvent {
  const { number, formId, submissionId, uid, occurredAt, pageUrl, ip, userAgent } = submission;
  const { kind: _, wordsShown, ...said } = statement;
  const event = eventKindOf(statement);
  return {
    number,
    kind: event,
    occurredAt,
    sourceId: `form:${formId}:${uid}:${said.checkbox ?? (said.answer ? 'question' : 'implied')}`,
    evidence: {
      source: 'form',
      formId,
      submissionId,
      wordsShown,
      wordsVersion: wordsVersion(wordsShown),
      ...said,
      ...(event === 'explicitWeb' && reOptIn === 'web' && { reOptIn }),
      ...(pageUrl !== undefined && { pageUrl }),
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}
