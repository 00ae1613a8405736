import { setTimeout } from 'node:timers/promises';
import { type Enrollment, messageIdOf } from '../../lib/automation/enrollment.ts';
import type { DueWork } from '../../lib/automation/work.ts';
import { loadEach } from '../../lib/gate/load-decision-input.ts';
import { createSendRateLimiter } from '../../lib/gate/send-rate-limiter.ts';
import type { QueueRecord } from '../../lib/lambda/sqs-records.ts';
import { createBatchThrottle } from './batch-throttle.ts';
import { type EndedOutcome, type GateDeps, processText } from './process-text.ts';

export type DueRecord = Pick<QueueRecord<DueWork>, 'messageId' | 'content'>;

/** The outcome of one text of a batch. */
export interface EndedText extends EndedOutcome {
  /** Id of the message that the text becomes, even if it has not become one. */
  readonly text: string;
}

export interface BatchResult {
  /** Records that go back to the queue. */
  readonly failed: readonly FailedText[];
  readonly ended: readonly EndedText[];
}

interface FailedText {
  readonly messageId: string;
  readonly error: unknown;
  /** Id of the message that the text becomes. */
  readonly text: string;
}

/**
 * Decides and sends a batch of due texts. One read serves the whole batch. After that each text is processed on its own, so
 * that a failure of one leaves the others alone.
 */
export async function processBatch(deps: GateDeps, records: readonly DueRecord[]): Promise<BatchResult> {
  const failed: FailedText[] = [];
  const ended: EndedText[] = [];
  const loaded = await loadEach(
    deps,
    records.map(({ content }) => content),
  );
  const throttle = createBatchThrottle({
    now: deps.now,
    limiter: createSendRateLimiter({ client: deps.client, table: deps.outreachTable }),
    sleep: setTimeout,
    random: Math.random,
  });
  await Promise.all(
    records.map(async ({ messageId, content: work }, index) => {
      const input = loaded[index];
      const text = messageIdOfWork(work, input && 'enrollment' in input ? input.enrollment : undefined);
      try {
        if (!input) return;
        if ('unreadable' in input) throw input.unreadable;
        ended.push({ text, ...(await processText({ ...deps, throttle }, work, input)) });
      } catch (error) {
        failed.push({ messageId, error, text });
      }
    }),
  );
  return { failed, ended };
}

function messageIdOfWork(work: DueWork, enrollment: Enrollment | undefined): string {
  if ('singleTextId' in work) return work.singleTextId;
  const { stepId = work.step, generation } = enrollment ?? {};
  return messageIdOf(work.leadId, work.automationId, stepId, generation);
}
