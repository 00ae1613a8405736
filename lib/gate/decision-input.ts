import type { Automation } from '../automation/automation.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import type { Lead } from '../leads/lead.ts';
import type { Message } from '../messaging/message.ts';
import { MAXIMUM_AGE, type SingleText } from '../single-texts/single-text.ts';
import type { DecisionInput } from './decision.ts';

/** The part of the input that describes the text itself; the number's consent and conversation are added to it. */
export type TextInput = Omit<DecisionInput, 'consent' | 'conversation' | 'settings' | 'now'>;

/**
 * Describes a step of an automation for a decision.
 *
 * @param enrollment absent: the step is judged as if the lead entered the automation now, so it has no age.
 */
export function stepInput(
  automation: Automation,
  lead: Lead,
  enrollment?: Pick<Enrollment, 'firstDueAt' | 'heldFor'>,
  previous?: Pick<Message, 'status'>,
): TextInput {
  return {
    purpose: 'step',
    ...(enrollment && { age: { firstDueAt: enrollment.firstDueAt, maximumAge: automation.maximumAge } }),
    automation: { id: automation.id, keyword: automation.keyword },
    leadId: lead.id,
    heldFor: enrollment?.heldFor,
    isPreviousInDoubt: previous?.status === 'claimed',
    place: lead.details,
    unreachable: lead.unreachable,
  };
}

/**
 * Describes a single text for a decision. Without `firstDueAt` it has no age.
 *
 * @param lead the lead that the text is for, if any. Its unreachable mark counts only while the lead has the text's number.
 */
export function singleTextInput(
  text: Pick<SingleText, 'number' | 'purpose' | 'leadId'> & Partial<SingleText>,
  lead: Lead | undefined,
): TextInput {
  const { purpose, leadId, firstDueAt, heldFor, isAnswer } = text;
  return {
    purpose,
    ...(firstDueAt !== undefined && { age: { firstDueAt, maximumAge: MAXIMUM_AGE[purpose] } }),
    leadId,
    leadNumber: lead?.number,
    heldFor,
    isAnswer,
    place: lead?.details,
    unreachable: lead?.number === text.number ? lead.unreachable : undefined,
  };
}
