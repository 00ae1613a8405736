import type { Automation } from '../automation/automation.ts';
import { decide } from '../gate/decide.ts';
import { stepInput } from '../gate/decision-input.ts';
import type { LoadedStep } from '../gate/load-decision-input.ts';
import type { Lead } from '../leads/lead.ts';
import { segmentsOf } from '../messaging/segments.ts';
import { render } from '../messaging/template.ts';

/** The expected outcome of a broadcast for one member, with the reason. */
export type Deliverability =
  | {
      readonly kind: 'deliverable';
      /** Reason why the text would leave later: `quietHours`, `caps`. */
      readonly deferred?: string;
      readonly segments: number;
      readonly encoding: 'GSM-7' | 'UCS-2';
    }
  | { readonly kind: 'undeliverable'; readonly reason: string; readonly sentence: string };

/**
 * Decides whether a broadcast would reach a member (T7), by the gate's own rules and the member's state of now. Pure. A text
 * that would be deferred counts as deliverable. A text that would be held for consent, a keyword (T5) or START does not.
 *
 * @param draft the automation of the broadcast. @returns the outcome, with the segments of the text with its footer.
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

/** Builds the outcome for a member whom the broadcast does not reach. @param sentence the reason in words (X1). */
export function undeliverableBecause(reason: string, sentence: string): Deliverability {
  return { kind: 'undeliverable', reason, sentence };
}
