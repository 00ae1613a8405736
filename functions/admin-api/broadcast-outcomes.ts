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
export async function tallyOutcomes(
  deps: Pick<AdminDeps, 'enrollments' | 'messages'>,
  automationId: string,
  members: readonly Member[],
): Promise<OutcomeCount[]> {
  const found = await Promise.all(members.map(({ leadId }) => outcomeOf(deps, leadId, automationId)));
  const counts = new Map<string, OutcomeCount>();
  for (const one of found) {
    if (!one) continue;
    const name = `${one.outcome} ${one.reason ?? ''}`;
    counts.set(name, { ...one, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}

async function outcomeOf(
  { enrollments, messages }: Pick<AdminDeps, 'enrollments' | 'messages'>,
  leadId: string,
  automationId: string,
): Promise<Omit<OutcomeCount, 'count'> | undefined> {
  const [enrollment, message] = await Promise.all([
    enrollments.get({ leadId, automationId }),
    messages.get(messageIdOf(leadId, automationId, 0)),
  ]);
  if (!enrollment) return undefined;
  // A text that Twilio did not take is due again: its enrollment says so.
  const { status, reason } = message && message.status !== 'retrying' ? message : enrollment;
  return { outcome: status, ...(reason !== undefined && { reason }) };
}
