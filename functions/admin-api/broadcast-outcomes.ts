import { messageIdOf } from '../../lib/automation/enrollment.ts';
import type { Member } from '../../lib/campaigns/campaign.ts';
import type { AdminDeps } from './route.ts';

export interface OutcomeCount {
  /** Status of the text where there is one (`delivered`, `refused`, ...), else of the member's place in the broadcast. */
  readonly outcome: string;
  readonly reason?: string;
  readonly count: number;
}

/** What became of a broadcast for some members, most frequent first. Members that are not in it are left out. */
export async function countOutcomesByReason(
  deps: Pick<AdminDeps, 'enrollments' | 'messages'>,
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
    // A text that Twilio did not take is due again: its enrollment says so.
    const { status, reason } = message && message.status !== 'retrying' ? message : enrollment;
    const name = `${status} ${reason ?? ''}`;
    const count = (counts.get(name)?.count ?? 0) + 1;
    counts.set(name, { outcome: status, ...(reason !== undefined && { reason }), count });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}
