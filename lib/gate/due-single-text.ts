import { addDuration } from '../automation/automation.ts';
import { defer, hold } from '../automation/progress.ts';
import { withFooter } from '../messaging/template.ts';
import { putOutbox } from '../single-texts/single-text-items.ts';
import { endOutbox, MAXIMUM_AGE, type OutboxText } from '../single-texts/single-text.ts';
import { askSingle } from './decision-input.ts';
import type { Prepared } from './due-text.ts';
import type { OutboxFacts } from './load-decision-input.ts';

/** A single text of the outbox as a due text. @param table the outreach table. */
export function singleText(table: string, facts: OutboxFacts, now: Date): Prepared {
  const { outbox, lead, consent, settings, conversation } = facts;
  if (outbox?.status !== 'due' || outbox.dueAt > now.toISOString()) return { kind: 'notDue' };
  const { id, number, purpose, body, leadId, actor, firstDueAt, attempts } = outbox;
  const put = (next: OutboxText) => putOutbox(table, next);
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
      asks: askSingle(outbox, lead),
      // Whoever has just opted out needs no word on how to.
      render: () =>
        purpose === 'optOutReply' ? { kind: 'rendered', body } : withFooter(body, settings.footer),
      held: (why) => put(hold(outbox, why, addDuration(firstDueAt, MAXIMUM_AGE[purpose]))),
      deferred: (why, until) => put(defer(outbox, why, until)),
      ended: () => put(endOutbox(outbox)),
    },
  };
}
