import type { Automation } from '../automation/automation.ts';
import { decide } from '../gate/decide.ts';
import { stepInput } from '../gate/decision-input.ts';
import type { LoadedStep } from '../gate/load-decision-input.ts';
import type { Lead } from '../leads/lead.ts';
import { segmentsOf } from '../messaging/segments.ts';
import { render } from '../messaging/template.ts';

/** What would become of a broadcast for one member, and why. */
export type Deliverability =
  | {
      readonly kind: 'deliverable';
      /** It would leave later: `quietHours`, `caps`. */
      readonly deferred?: string;
      readonly segments: number;
      readonly encoding: 'GSM-7' | 'UCS-2';
    }
  | { readonly kind: 'undeliverable'; readonly reason: string; readonly sentence: string };

/**
 * Whether a broadcast would reach a member (T7), by the very rules that the gate will apply when it is sent, on what is
 * known now. Pure. What would only wait for an hour counts as deliverable; what waits for consent, a keyword or START does
 * not.
 *
 * @param draft the automation that the broadcast would be. @returns with the segments of the text as it would leave.
 */
export function deliverabilityOf(
  draft: Automation,
  lead: Lead,
  { settings, consent, conversation }: Pick<LoadedStep, 'settings' | 'consent' | 'conversation'>,
  now: Date,
): Deliverability {
  const decision = decide({ ...stepInput(draft, lead), settings, consent, conversation, now });
  if (decision.kind !== 'send' && decision.kind !== 'defer') {
    return undeliverableBecause(decision.reason, decision.sentence);
  }
  const values = { ...lead.details, organizationName: settings.organizationName };
  const text = render(draft.steps[0]?.template ?? '', values, settings.footer);
  if (text.kind === 'missingField') {
    const sentence = `refused: the lead has no ${text.field} and the template gives no default for it`;
    return undeliverableBecause(text.kind, sentence);
  }
  if (text.kind === 'tooLong') {
    return undeliverableBecause(text.kind, `refused: the text would have ${text.characters} characters`);
  }
  const { count, encoding } = segmentsOf(text.body);
  const deferred = decision.kind === 'defer' ? { deferred: decision.reason } : {};
  return { kind: 'deliverable', ...deferred, segments: count, encoding };
}

export function undeliverableBecause(reason: string, sentence: string): Deliverability {
  return { kind: 'undeliverable', reason, sentence };
}
