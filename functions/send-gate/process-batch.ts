import { type DueStep, dueStepSchema } from '../../lib/automation/due-step.ts';
import { load } from './load.ts';
import { type GateDeps, processStep, type StepOutcome } from './process-step.ts';

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

export interface BatchResult {
  /** Records that go back to the queue. */
  readonly failed: readonly { readonly messageId: string; readonly error: unknown }[];
  readonly outcomes: readonly StepOutcome[];
}

/**
 * Decides and sends a batch of due steps: one common read, then every step on its own, so that no recipient's
 * trouble is another's.
 */
export async function processBatch(deps: GateDeps, records: readonly QueueRecord[]): Promise<BatchResult> {
  const failed: { messageId: string; error: unknown }[] = [];
  const outcomes: StepOutcome[] = [];
  const readable: { messageId: string; step: DueStep }[] = [];
  for (const { messageId, body } of records) {
    try {
      readable.push({ messageId, step: dueStepSchema.parse(JSON.parse(body)) });
    } catch (error) {
      // What the cycle did not write, no retry can read: the queue hands it to its dead-letter queue.
      failed.push({ messageId, error });
    }
  }
  const facts = await load(
    deps,
    readable.map(({ step }) => step),
  );
  await Promise.all(
    readable.map(async ({ messageId, step }, index) => {
      try {
        const found = facts[index];
        if (found) outcomes.push(await processStep(deps, step, found));
      } catch (error) {
        failed.push({ messageId, error });
      }
    }),
  );
  return { failed, outcomes };
}
