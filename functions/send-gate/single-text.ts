import { defer, hold } from '../../lib/automation/progress.ts';
import { askSingle } from '../../lib/gate/asks.ts';
import type { OutboxFacts } from '../../lib/gate/facts.ts';
import { withFooter } from '../../lib/messaging/template.ts';
import { putOutbox } from '../../lib/outbox/outbox-items.ts';
import { endOutbox, type OutboxText } from '../../lib/outbox/outbox-text.ts';
import type { Prepared } from './due-text.ts';

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
      held: (why) => put(hold(outbox, why)),
      deferred: (why, until) => put(defer(outbox, why, until)),
      ended: () => put(endOutbox(outbox)),
    },
  };
}
