import * as z from 'zod';
import type { ConsentState } from '../../lib/consent/state.ts';
import { decide } from '../../lib/gate/decide.ts';
import type { Decision } from '../../lib/gate/decision.ts';
import { singleTextInput } from '../../lib/gate/decision-input.ts';
import { type LoadDeps, loadBatch } from '../../lib/gate/load-decision-input.ts';
import type { Lead } from '../../lib/leads/lead.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import type { Settings } from '../../lib/organization/settings.ts';

/** The four words for a request for START (C5). */
export const OPT_IN_REQUEST_WORDS = {
  not_sent: 'Not Sent',
  sent: 'Sent',
  accepted: 'Accepted',
  rejected: 'Rejected',
} as const;

/** What is shown of a number's consent wherever the number is (S1, C5, H13). */
export const badgeSchema = z.object({
  status: z.enum(['none', 'opted_in', 'opted_out']),
  optInRequest: z.enum(['not_sent', 'sent', 'accepted', 'rejected']),
  optInTemplate: z.enum(Object.values(OPT_IN_REQUEST_WORDS)),
  smsOptedIn: z.boolean(),
  /** What to show beside the number while `requireSmsOptIn` is on; null while it is off. */
  label: z.string().nullable(),
});

/** @param leadId the lead that is shown: where each lead opts in by itself, its own request counts (C4). */
export function badgeOf(
  state: ConsentState,
  settings: Pick<Settings, 'requireSmsOptIn' | 'doubleOptIn'>,
  leadId?: string,
): z.infer<typeof badgeSchema> {
  const { status } = state;
  const isPerLead = settings.doubleOptIn === 'perLead' && leadId !== undefined;
  const optInRequest = isPerLead ? (state.leadOptInRequests?.[leadId] ?? 'not_sent') : state.optInRequest;
  const smsOptedIn = status === 'opted_in';
  const label = smsOptedIn ? 'SMS Opted In' : 'Not SMS Opted In';
  return {
    status,
    optInRequest,
    optInTemplate: OPT_IN_REQUEST_WORDS[optInRequest],
    smsOptedIn,
    label: settings.requireSmsOptIn ? label : null,
  };
}

/** What `sent: every rule agrees` is called before anything is sent. */
export const MAY_LEAVE = 'may leave: every rule agrees';

/** Whether an agent's text would leave now, and the sentence to show when it would not (T8, S8). */
export const sendingSchema = z.object({
  allowed: z.boolean(),
  code: z.string().nullable(),
  sentence: z.string(),
  warnings: z.array(z.string()),
});

export function sendingOf(decision: Decision): z.infer<typeof sendingSchema> {
  const { kind, sentence, warnings } = decision;
  const allowed = kind !== 'refuse' && kind !== 'drop';
  return {
    allowed,
    code: 'reason' in decision ? decision.reason : null,
    sentence: kind === 'send' ? MAY_LEAVE : sentence,
    warnings: [...warnings],
  };
}

export interface AgentFacts {
  readonly settings: Settings;
  readonly state: ConsentState;
  readonly lead: Lead | undefined;
  readonly decision: Decision;
}

/**
 * What the gate says of an agent's text to a number now.
 *
 * @param leadId the lead that it is for; by default the first that has the number.
 */
export async function askForAgent(
  deps: LoadDeps & { readonly leads: Pick<LeadStore, 'leadsWithNumber' | 'get'> },
  number: string,
  leadId?: string,
): Promise<AgentFacts> {
  const [loaded] = await loadBatch(deps, [{ number, singleTextId: 'none' }]);
  if (!loaded) throw new Error('A number has loaded, whatever is known of it');
  const id = leadId ?? (await deps.leads.leadsWithNumber(number))[0];
  const lead = id === undefined ? undefined : await deps.leads.get(id);
  const { settings, consent, conversation } = loaded;
  const asked = singleTextInput({ number, purpose: 'agent', leadId: lead?.id }, lead);
  const decision = decide({ ...asked, settings, consent, conversation, now: deps.now() });
  return { settings, state: consent, lead, decision };
}
