import * as z from 'zod';

/** The fields that a template may merge: details of the lead, and the organization's name. */
export const MERGE_FIELDS = [
  'firstName',
  'lastName',
  'email',
  'zip',
  'city',
  'state',
  'service',
  'source',
  'organizationName',
] as const;
export type MergeField = (typeof MERGE_FIELDS)[number];
export type MergeValues = Readonly<Partial<Record<MergeField, string | undefined>>>;

/** Twilio's limit for a text. */
const MAXIMUM_TEXT_CHARACTERS = 1600;
/** Leaves room for the footer. */
const MAXIMUM_TEMPLATE_CHARACTERS = 1400;
const MAXIMUM_VALUE_CHARACTERS = 100;
const PLACEHOLDER = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;

function isMergeField(name: string): name is MergeField {
  return (MERGE_FIELDS as readonly string[]).includes(name);
}

function problemOf(template: string): string | undefined {
  for (const [, written = ''] of template.matchAll(PLACEHOLDER)) {
    const name = written.trim();
    if (!isMergeField(name)) {
      return `Unknown merge field {{${name}}}. Use one of: ${MERGE_FIELDS.join(', ')}.`;
    }
  }
  return /\{\{|\}\}/.test(template.replace(PLACEHOLDER, ''))
    ? 'A merge field is not closed. Write {{firstName}} or, with a default, {{firstName|there}}.'
    : undefined;
}

/** Parses a template: a text with merge fields such as `{{firstName}}` or, with a default, `{{firstName|there}}`. */
export const templateSchema = z
  .string()
  .trim()
  .min(1, 'A template needs a text')
  .max(MAXIMUM_TEMPLATE_CHARACTERS)
  .superRefine((template, context) => {
    const problem = problemOf(template);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** The result of rendering a template. */
export type Rendered =
  | { readonly kind: 'rendered'; readonly body: string }
  /** A field has neither a value nor a default, and a text with a gap must not leave. */
  | { readonly kind: 'missingField'; readonly field: string }
  | { readonly kind: 'tooLong'; readonly characters: number };

/**
 * Fills a template and ends it with the footer, once (C6).
 *
 * @param values details of the lead. Control characters and line breaks in them become spaces; a value with a link counts as
 *   missing; a value is cut after 100 characters.
 * @param footer goes on a line of its own at the end. A footer inside the template or the values is removed.
 */
export function render(template: string, values: MergeValues, footer: string): Rendered {
  const merged = merge(template, values);
  return merged.kind === 'rendered' ? withFooter(merged.body, footer) : merged;
}

/** Matches text that phones turn into a link: an address with a scheme, with `www`, or with a common top-level domain. */
const LINK =
  /:\/\/|\bwww\.|[\p{L}\p{N}]\.(com|net|org|info|biz|us|co|io|me|ly|gl|gd|cc|tk|to|ru|cn|xyz|top|site|online|shop|store|link|click|app|dev|page|live|club|vip|win|loan)(?![\p{L}\p{N}])/iu;

/**
 * Removes a value that contains a link. Anyone can submit another person's number with a link as the name, and the
 * organization would text it (decision 131). The organization's own name and a whole email address may contain one.
 */
function mergeable(name: MergeField, value: string): string {
  const isOwn = name === 'organizationName' || (name === 'email' && /^[^\s@/]+@[^\s@/]+$/.test(value));
  return !isOwn && LINK.test(value) ? '' : value;
}

/** Fills a template without adding the footer. */
export function merge(template: string, values: MergeValues): Rendered {
  let missing: string | undefined;
  const body = template.replace(PLACEHOLDER, (_, written: string, fallback?: string) => {
    const name = written.trim();
    const value = isMergeField(name) ? mergeable(name, oneLine(values[name])) : '';
    const text = value || oneLine(fallback);
    if (!text) missing ??= name;
    return text;
  });
  return missing === undefined ? { kind: 'rendered', body } : { kind: 'missingField', field: missing };
}

/** Ends a text with the footer, once, on a line of its own. A footer inside the text is removed (C6). */
export function withFooter(body: string, footer: string): Rendered {
  const parts = body.split(footer).map((part) => part.trim());
  const whole = [...parts.filter((part) => part !== ''), footer].join('\n');
  return whole.length > MAXIMUM_TEXT_CHARACTERS
    ? { kind: 'tooLong', characters: whole.length }
    : { kind: 'rendered', body: whole };
}

/** Explains why a template could not be rendered, as a clause for a decision's sentence. */
export function sayUnrendered(rendered: Exclude<Rendered, { readonly kind: 'rendered' }>): string {
  return rendered.kind === 'missingField'
    ? `the lead has no ${rendered.field} and the template gives no default for it`
    : `the text has ${rendered.characters} characters, more than a text may have`;
}

function oneLine(value: string | undefined): string {
  const line = (value ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  // Cut by code points, so that no half of an emoji remains.
  return [...line].slice(0, MAXIMUM_VALUE_CHARACTERS).join('');
}
