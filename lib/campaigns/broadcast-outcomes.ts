import { messageIdOf } from '../automation/enrollment.ts';
import type { EnrollmentStore } from '../automation/enrollment-store.ts';
import type { MessageStore } from '../messaging/message-store.ts';
import type { Member } from './campaign.ts';

export interface BroadcastOutcomeDeps {
  readonly enrollments: Pick<EnrollmentStore, 'ofLeads'>;
  readonly messages: Pick<MessageStore, 'getMany'>;
}

/** The number of members with one outcome of a broadcast. */
export interface OutcomeCount {
  /** Status of the text (`delivered`, `refused`, ...), or of the member's enrollment while there is no text. */
  readonly outcome: string;
  readonly reason?: string;
  readonly count: number;
}

/**
 * Counts a broadcast's outcomes for some members by status and reason, most frequent first. Members that the broadcast did not enrol
 * are left out.
 */
export async function countOutcomesByReason(
  deps: BroadcastOutcomeDeps,
  automationId: string,
  members: readonly Member[],
): Promise<OutcomeCount[]> {
  const leadIds = members.map(({ leadId }) => leadId);
  const [enrollments, messages] = await Promise.all([
    deps.enrollments.ofLeads(leadIds, automationId),
    deps.messages.getMany(leadIds.map((leadId) => messageIdOf(leadId, automationId, 0))),
  ]);
  const counts = new Map<string, OutcomeCount>();
  for (const leadId of leadIds) {
    const enrollment = enrollments.get(leadId);
    if (!enrollment) continue;
    const message = messages.get(messageIdOf(leadId, automationId, 0));
    // A text that Twilio did not take is due again, so its enrollment has the status.
    const { status, reason } = message && message.status !== 'retrying' ? message : enrollment;
    const name = `${status} ${reason ?? ''}`;
    const count = (counts.get(name)?.count ?? 0) + 1;
    counts.set(name, { outcome: status, ...(reason !== undefined && { reason }), count });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}
