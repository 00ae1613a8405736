import { merge, withFooter } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';

/** What caps count the request for START under. */
export const OPT_IN_REQUEST = 'optInRequest';

/**
 * The request for START in the organization's words (C1).
 *
 * @returns without the footer, and as a whole. @throws Error for a template that the settings would not have taken.
 */
export function optInRequestWords({
  optInTemplate,
  organizationName,
  footer,
}: Pick<Settings, 'optInTemplate' | 'organizationName' | 'footer'>): {
  readonly body: string;
  readonly whole: string;
} {
  const merged = merge(optInTemplate, { organizationName });
  const rendered = merged.kind === 'rendered' ? withFooter(merged.body, footer) : merged;
  if (merged.kind !== 'rendered' || rendered.kind !== 'rendered') {
    throw new Error('The opt-in template cannot be rendered');
  }
  return { body: merged.body, whole: rendered.body };
}
