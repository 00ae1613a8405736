import * as z from 'zod';
import { consentStatusSchema } from './consent-event.ts';
import { type ConsentState, optInRequestStatusSchema } from './state.ts';
import { TEMPLATE_STATUS, templateStatusSchema } from './template-status.ts';

/** What is shown of a number's consent beside the number (S1, C5, H13). */
export const badgeSchema = z.object({
  status: consentStatusSchema,
  optInRequest: optInRequestStatusSchema,
  templateStatus: templateStatusSchema,
  smsOptedIn: z.boolean(),
  /** What to show beside the number while `requireSmsOptIn` is on; null while it is off. */
  label: z.enum(['SMS Opted In', 'Not SMS Opted In']).nullable(),
});
export type ConsentBadge = z.infer<typeof badgeSchema>;

/** The settings that decide what is shown. */
export interface BadgeSettings {
  readonly requireSmsOptIn: boolean;
  readonly doubleOptIn: 'off' | 'perNumber' | 'perLead';
}

/**
 * Says whether a number is "SMS Opted In", with the status of its opt-in request.
 *
 * @param leadId the lead that is shown: where each lead opts in by itself, its own request counts (C4).
 */
export function badgeOf(state: ConsentState, settings: BadgeSettings, leadId?: string): ConsentBadge {
  const { status } = state;
  const isPerLead = settings.doubleOptIn === 'perLead' && leadId !== undefined;
  const optInRequest = isPerLead ? (state.leadOptInRequests?.[leadId] ?? 'not_sent') : state.optInRequest;
  const smsOptedIn = status === 'opted_in';
  const label = smsOptedIn ? 'SMS Opted In' : 'Not SMS Opted In';
  return {
    status,
    optInRequest,
    templateStatus: TEMPLATE_STATUS[optInRequest],
    smsOptedIn,
    label: settings.requireSmsOptIn ? label : null,
  };
}

export const badgeExample = {
  status: 'opted_in',
  optInRequest: 'not_sent',
  templateStatus: 'Not Sent',
  smsOptedIn: true,
  label: 'SMS Opted In',
} as const satisfies ConsentBadge;
