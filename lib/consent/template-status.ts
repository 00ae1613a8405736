import * as z from 'zod';
import { type OptInRequestStatus, optInRequestStatuses } from './state.ts';

/** The words that people read for the status of an opt-in request (C5). */
export const TEMPLATE_STATUS = {
  not_sent: 'Not Sent',
  sent: 'Sent',
  accepted: 'Accepted',
  rejected: 'Rejected',
} as const satisfies Record<OptInRequestStatus, string>;
export type TemplateStatus = (typeof TEMPLATE_STATUS)[OptInRequestStatus];

export const templateStatusSchema = z.enum(Object.values(TEMPLATE_STATUS));

/** The status that a word of the API stands for. */
export function optInRequestWith(word: TemplateStatus): OptInRequestStatus | undefined {
  return optInRequestStatuses.find((status) => TEMPLATE_STATUS[status] === word);
}
