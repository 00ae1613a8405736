import * as z from 'zod';
import { type OptInRequestStatus, optInRequestStatuses } from './state.ts';

/** Maps the status of an opt-in request to the words that people read (C5). */
export const TEMPLATE_STATUS = {
  not_sent: 'Not Sent',
  sent: 'Sent',
  accepted: 'Accepted',
  rejected: 'Rejected',
} as const satisfies Record<OptInRequestStatus, string>;
export type TemplateStatus = (typeof TEMPLATE_STATUS)[OptInRequestStatus];

export const templateStatusSchema = z.enum(Object.values(TEMPLATE_STATUS));

/** Returns the status of an opt-in request for a word of the API; undefined for an unknown word. */
export function optInRequestStatusFor(word: TemplateStatus): OptInRequestStatus | undefined {
  return optInRequestStatuses.find((status) => TEMPLATE_STATUS[status] === word);
}
