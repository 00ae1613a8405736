import { type Enrollment, messageIdOf } from '../automation/enrollment.ts';
import type { Lead } from '../leads/lead.ts';
import { leadKey, parseLead } from '../leads/lead-items.ts';
import type { Message } from '../messaging/message.ts';
import { MESSAGE_SORT_KEY, messageKey, parseMessage } from '../messaging/message-items.ts';
import { readConsistently } from '../runtime/dynamodb.ts';
import type { SingleText } from '../single-texts/single-text.ts';
import type { GateTables } from './send-transaction.ts';

/** The items that other items of a batch name. */
export interface Referenced {
  /** The lead of a single text. */
  readonly leadOf: (text: SingleText | undefined) => Lead | undefined;
  /** The text of the step before an enrollment's next one. */
  readonly previousOf: (enrollment: Enrollment | undefined) => Message | undefined;
}

/**
 * Reads the leads of single texts and the texts of the steps before, in one strongly consistent request. It is a second request
 * of the batch, since the texts and enrollments name them; a batch of first steps needs none.
 *
 * @throws ZodError for an item that cannot be read.
 */
export async function loadReferenced(
  { client, outreachTable }: GateTables,
  texts: readonly (SingleText | undefined)[],
  enrollments: readonly (Enrollment | undefined)[],
): Promise<Referenced> {
  const keys = [
    ...texts.flatMap((text) => (text?.leadId === undefined ? [] : [leadKey(text.leadId)])),
    ...enrollments.flatMap((enrollment) => {
      const id = previousId(enrollment);
      return id === undefined ? [] : [messageKey(id)];
    }),
  ];
  const items = (await readConsistently(client, { [outreachTable]: keys }))[outreachTable] ?? [];
  const isMessage = ({ sk }: { sk?: unknown }) => sk === MESSAGE_SORT_KEY;
  const messages = new Map(items.filter(isMessage).map((item) => [String(item['id']), parseMessage(item)]));
  const others = items.filter((item) => !isMessage(item));
  const leads = new Map(others.map((item) => [String(item['id']), parseLead(item)]));
  return {
    leadOf: (text) => (text?.leadId === undefined ? undefined : leads.get(text.leadId)),
    previousOf: (enrollment) => messages.get(previousId(enrollment) ?? ''),
  };
}

function previousId(enrollment: Enrollment | undefined): string | undefined {
  const last = enrollment?.doneSteps?.at(-1);
  if (!enrollment || last === undefined) return undefined;
  if (enrollment.status !== 'due' && enrollment.status !== 'waiting') return undefined;
  return messageIdOf(enrollment.leadId, enrollment.automationId, last, enrollment.generation);
}
