import { addDuration } from '../automation/automation.ts';
import { deferPending, holdPending } from '../automation/progress.ts';
import { withFooter } from '../messaging/template.ts';
import { endSingleText, MAXIMUM_AGE, type SingleText } from '../single-texts/single-text.ts';
import { putSingleText } from '../single-texts/single-text-items.ts';
import { singleTextInput } from './decision-input.ts';
import { endOfRefusal, type Preparation } from './due-text.ts';
import type { LoadedSingleText } from './load-decision-input.ts';

/**
 * Prepares a single text for a decision.
 *
 * @param table name of the outreach table. @returns `skip` when the text is not due (any more).
 */
export function prepareSingleText(table: string, loaded: LoadedSingleText, now: Date): Preparation {
  const { singleText, lead, consent, settings, conversation } = loaded;
  if (singleText?.status !== 'due' || singleText.dueAt > now.toISOString()) return { kind: 'skip' };
  const { id, number, purpose, body, leadId, actor, firstDueAt, attempts } = singleText;
  const put = (next: SingleText) => putSingleText(table, next);
  return {
    kind: 'ready',
    text: {
      messageId: id,
      number,
      settings,
      consent,
      conversation,
      describes: { purpose, ...(leadId !== undefined && { leadId }), ...(actor !== undefined && { actor }) },
      firstDueAt,
      attempts,
      input: { ...singleTextInput(singleText, lead), senderRefusal: loaded.senderRefusal },
      // The answer to an opt-out needs no footer that explains how to opt out.
      render: () =>
        purpose === 'optOutReply' ? { kind: 'rendered', body } : withFooter(body, settings.footer),
      held: (why) => {
        const [end] = [
          addDuration(firstDueAt, MAXIMUM_AGE[purpose]),
          endOfRefusal(why, loaded) ?? '9',
        ].sort();
        return put(holdPending(singleText, why, end));
      },
      deferred: (why, until) => put(deferPending(singleText, why, until)),
      ended: () => put(endSingleText(singleText)),
    },
  };
}
