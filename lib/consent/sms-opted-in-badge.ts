import * as z from 'zod';
import { consentStatusSchema } from './consent-event.ts';
import { type ConsentState, optInRequestStatusSchema } from './state.ts';
import { TEMPLATE_STATUS, templateStatusSchema } from './template-status.ts';

/** The badge that the inbox shows beside a number: its consent, and the status of its opt-in request (S1, C5, H13). */
export const badgeSchema = z.object({
  status: consentStatusSchema,
  optInRequest: optInRequestStatusSchema,
  templateStatus: templateStatusSchema,
  smsOptedIn: z.boolean(),
  /** The words beside the number while `requireSmsOptIn` is on; null while it is off (H13). */
  label: z.enum(['SMS Opted In', 'Not SMS Opted In']).nullable(),
});
export type ConsentBadge = z.infer<typeof badgeSchema>;

/** The settings that a badge depends on. */
export interface BadgeSettings {
  readonly requireSmsOptIn: boolean;
  readonly doubleOptIn: 'off' | 'perNumber' | 'perLead';
}

/**
 * Tells whether a number is "SMS Opted In" (H13), with the status of its opt-in request (C5). Pure.
 *
 * @param leadId the lead that is shown. In per-lead double opt-in its own request counts (C4).
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
