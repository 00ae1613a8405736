import { type DueWork, dueWorkSchema } from '../../lib/automation/work.ts';
import { loadFactsApart } from '../../lib/gate/facts.ts';
import { type GateDeps, processText, type TextOutcome } from './process-text.ts';

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

export interface BatchResult {
  /** Records that go back to the queue. */
  readonly failed: readonly { readonly messageId: string; readonly error: unknown }[];
  readonly outcomes: readonly TextOutcome[];
}

/**
 * Decides and sends a batch of due texts: one common read, then every text on its own, so that no recipient's trouble is
 * another's.
 */
export async function processBatch(deps: GateDeps, records: readonly QueueRecord[]): Promise<BatchResult> {
  const failed: { messageId: string; error: unknown }[] = [];
  const outcomes: TextOutcome[] = [];
  const readable: { messageId: string; work: DueWork }[] = [];
  for (const { messageId, body } of records) {
    try {
      readable.push({ messageId, work: dueWorkSchema.parse(JSON.parse(body)) });
    } catch (error) {
      // What the cycle did not write, no retry can read: the queue hands it to its dead-letter queue.
      failed.push({ messageId, error });
    }
  }
  const facts = await loadFactsApart(
    deps,
    readable.map(({ work }) => work),
  );
  await Promise.all(
    readable.map(async ({ messageId, work }, index) => {
      try {
        const found = facts[index];
        if (!found) return;
        if ('unreadable' in found) throw found.unreadable;
        outcomes.push(await processText(deps, work, found));
      } catch (error) {
        failed.push({ messageId, error });
      }
    }),
  );
  return { failed, outcomes };
}
