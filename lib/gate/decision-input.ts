import type { Automation } from '../automation/automation.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import type { Lead } from '../leads/lead.ts';
import { MAXIMUM_AGE, type SingleText } from '../single-texts/single-text.ts';
import type { DecisionInput } from './decision.ts';

/** What a question asks beside the number's facts. */
export type TextInput = Omit<DecisionInput, 'consent' | 'conversation' | 'settings' | 'now'>;

/** About a step of an automation; without an enrollment, about one that would be new. */
export function stepInput(
  automation: Automation,
  lead: Lead,
  enrollment?: Pick<Enrollment, 'firstDueAt' | 'heldFor'>,
): TextInput {
  return {
    purpose: 'step',
    ...(enrollment && { age: { firstDueAt: enrollment.firstDueAt, maximumAge: automation.maximumAge } }),
    automation: { id: automation.id, keyword: automation.keyword },
    leadId: lead.id,
    heldFor: enrollment?.heldFor,
    place: lead.details,
    unreachable: lead.unreachable,
  };
}

/** About a single text. @param lead the one that it is for, if any: what is known of it counts while it has the number. */
export function singleTextInput(
  text: Pick<SingleText, 'number' | 'purpose' | 'leadId'> & Partial<SingleText>,
  lead: Lead | undefined,
): TextInput {
  const { purpose, leadId, firstDueAt, heldFor, isAnswer } = text;
  return {
    purpose,
    ...(firstDueAt !== undefined && { age: { firstDueAt, maximumAge: MAXIMUM_AGE[purpose] } }),
    leadId,
    heldFor,
    isAnswer,
    place: lead?.details,
    unreachable: lead?.number === text.number ? lead.unreachable : undefined,
  };
}
