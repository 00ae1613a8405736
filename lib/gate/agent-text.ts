import * as z from 'zod';
import type { ConsentState } from '../consent/state.ts';
import type { Lead } from '../leads/lead.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import type { Settings } from '../organization/settings.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { singleTextInput } from './decision-input.ts';
import { type LoadDeps, loadBatch } from './load-decision-input.ts';

/** Stands in for `sent: every rule agrees` before anything is sent. */
export const MAY_LEAVE = 'may leave: every rule agrees';

/** Whether an agent's text would leave now, and the sentence to show when it would not (T8, S8). */
export const sendingSchema = z.object({
  allowed: z.boolean(),
  code: z.string().nullable(),
  sentence: z.string(),
  warnings: z.array(z.string()),
});
export type SendingPermission = z.infer<typeof sendingSchema>;
export const sendingExample: SendingPermission = {
  allowed: true,
  code: null,
  sentence: MAY_LEAVE,
  warnings: [],
};

/** Puts the gate's decision on an agent's text into words for the agent. */
export function sendingOf(decision: Decision): SendingPermission {
  const { kind, sentence, warnings } = decision;
  return {
    allowed: kind !== 'refuse' && kind !== 'drop',
    code: 'reason' in decision ? decision.reason : null,
    sentence: kind === 'send' ? MAY_LEAVE : sentence,
    warnings: [...warnings],
  };
}

export interface DecidedAgentText {
  readonly settings: Settings;
  readonly state: ConsentState;
  readonly lead: Lead | undefined;
  readonly decision: Decision;
}

/**
 * Asks the gate's rules about an agent's text to a number now. Writes nothing.
 *
 * @param leadId the lead that it is for; by default the first that has the number.
 */
export async function decideAgentText(
  deps: LoadDeps & { readonly leads: Pick<LeadStore, 'leadsWithNumber' | 'get'> },
  number: string,
  leadId?: string,
): Promise<DecidedAgentText> {
  const [loaded] = await loadBatch(deps, [{ number, singleTextId: 'none' }]);
  if (!loaded) throw new Error('Nothing was loaded for the number');
  const id = leadId ?? (await deps.leads.leadsWithNumber(number))[0];
  const lead = id === undefined ? undefined : await deps.leads.get(id);
  const { settings, consent, conversation } = loaded;
  const asked = singleTextInput({ number, purpose: 'agent', leadId: lead?.id }, lead);
  const decision = decide({
    ...asked,
    senderRefusal: loaded.senderRefusal,
    settings,
    consent,
    conversation,
    now: deps.now(),
  });
  return { settings, state: consent, lead, decision };
}
