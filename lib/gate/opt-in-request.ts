import { merge, withFooter } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';

/** The automation id under which caps count the request for START. */
export const OPT_IN_REQUEST = 'optInRequest';

/**
 * Renders the request for START from the organization's opt-in template (C1).
 *
 * @returns `body` without the footer, and `whole` with it (C6).
 * @throws Error for a template that the settings would have refused.
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
