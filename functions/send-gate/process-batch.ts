import { setTimeout } from 'node:timers/promises';
import { messageIdOf } from '../../lib/automation/enrollment.ts';
import { type DueWork, dueWorkSchema } from '../../lib/automation/work.ts';
import { loadEach } from '../../lib/gate/load-decision-input.ts';
import { createSendRateLimiter } from '../../lib/gate/send-rate-limiter.ts';
import { createBatchThrottle } from './batch-throttle.ts';
import { type EndedOutcome, type GateDeps, processText } from './process-text.ts';

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

/** How one text of a batch ended. */
export interface EndedText extends EndedOutcome {
  /** Id of the message that it becomes, whether it has become one or not. */
  readonly text: string;
}

export interface BatchResult {
  /** Records that go back to the queue. */
  readonly failed: readonly FailedRecord[];
  readonly ended: readonly EndedText[];
}

interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
  /** Id of the message that the text becomes; unknown when the record cannot be read. */
  readonly text?: string;
}

/**
 * Decides and sends a batch of due texts: one common read, then every text on its own, so that no recipient's trouble is
 * another's.
 */
export async function processBatch(deps: GateDeps, records: readonly QueueRecord[]): Promise<BatchResult> {
  const failed: FailedRecord[] = [];
  const ended: EndedText[] = [];
  const readable: { messageId: string; work: DueWork }[] = [];
  for (const { messageId, body } of records) {
    try {
      readable.push({ messageId, work: dueWorkSchema.parse(JSON.parse(body)) });
    } catch (error) {
      // What the cycle did not write, no retry can read: the queue hands it to its dead-letter queue.
      failed.push({ messageId, error });
    }
  }
  const loaded = await loadEach(
    deps,
    readable.map(({ work }) => work),
  );
  const throttle = createBatchThrottle({
    now: deps.now,
    limiter: createSendRateLimiter({ client: deps.client, table: deps.outreachTable }),
    sleep: setTimeout,
    random: Math.random,
  });
  await Promise.all(
    readable.map(async ({ messageId, work }, index) => {
      const text = textOf(work);
      try {
        const found = loaded[index];
        if (!found) return;
        if ('unreadable' in found) throw found.unreadable;
        ended.push({ text, ...(await processText({ ...deps, throttle }, work, found)) });
      } catch (error) {
        failed.push({ messageId, error, text });
      }
    }),
  );
  return { failed, ended };
}

function textOf(work: DueWork): string {
  return 'singleTextId' in work ? work.singleTextId : messageIdOf(work.leadId, work.automationId, work.step);
}
