import type { Lanes } from '../../lib/automation/lanes.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { replyTo } from '../../lib/single-texts/confirmation-and-opt-out-reply.ts';
import { type EnqueueReplyDeps, enqueueReply } from '../../lib/single-texts/enqueue-reply.ts';

export interface ReplyDeps extends EnqueueReplyDeps {
  readonly configuration: Pick<Configuration, 'settings' | 'keyword'>;
  readonly lanes: Lanes<'priority'>;
}

/** Queues the reply to a consent event, once and through the gate: a confirmation (B3), or the one answer to an opt-out. */
export async function replyToEvent(deps: ReplyDeps, event: ConsentEvent): Promise<void> {
  const { evidence } = event;
  const isKeyword = event.kind === 'handsetKeyword' && evidence.source === 'handset';
  const [settings, keyword] = await Promise.all([
    deps.configuration.settings(),
    isKeyword ? deps.configuration.keyword(evidence.word) : undefined,
  ]);
  const text = replyTo(event, settings, keyword?.confirmation, deps.now());
  if (!text) return;
  await enqueueReply(deps, text);
  // A retry may find the single text stored already and yet not enqueued: without this it would wait for a cycle.
  await deps.lanes.enqueue('priority', [{ singleTextId: text.id, number: text.number }]);
}
