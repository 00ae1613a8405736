import * as z from 'zod';

/** The fields a template may merge. Each is a fact of the lead, but for the organization's name. */
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

/** Twilio takes 1,600 characters; the footer needs its share. */
const MAXIMUM_CHARACTERS = 1400;
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

/** The text of a step, with merge fields such as `{{firstName}}` or, with a default, `{{firstName|there}}`. */
export const templateSchema = z
  .string()
  .trim()
  .min(1, 'A template needs a text')
  .max(MAXIMUM_CHARACTERS)
  .superRefine((template, context) => {
    const problem = problemOf(template);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export type Rendered =
  | { readonly kind: 'rendered'; readonly body: string }
  /** A field has neither a value nor a default: the text must not leave with a hole in it. */
  | { readonly kind: 'missingField'; readonly field: string }
  | { readonly kind: 'tooLong'; readonly characters: number };

/**
 * Fills a template and ends it with the footer, once (C6).
 *
 * @param values facts of the lead; control characters and line breaks in them become spaces, and a link is no value.
 * @param footer ends the text on a line of its own; where template or values say it already, that place is dropped.
 */
export function render(template: string, values: MergeValues, footer: string): Rendered {
  const merged = merge(template, values);
  return merged.kind === 'rendered' ? withFooter(merged.body, footer) : merged;
}

/** What phones show as an address to follow: one with its scheme, one with `www`, one of a common domain. */
const LINK =
  /:\/\/|\bwww\.|[\p{L}\p{N}]\.(com|net|org|info|biz|us|co|io|me|ly|gl|gd|cc|tk|to|ru|cn|xyz|top|site|online|shop|store|link|click|app|dev|page|live|club|vip|win|loan)(?![\p{L}\p{N}])/iu;

/**
 * What may be merged of a fact: nothing that is a link. Anybody can give somebody else's number and a link for a name, and
 * the organization would text it (decision 131). An email address is one whole, and merges.
 */
function mergeable(name: MergeField, value: string): string {
  const isOwn = name === 'organizationName' || (name === 'email' && /^[^\s@/]+@[^\s@/]+$/.test(value));
  return !isOwn && LINK.test(value) ? '' : value;
}

/** Fills a template, and adds nothing. */
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

/** Ends a text with the footer, on a line of its own and once: where the text says it already, that place is dropped (C6). */
export function withFooter(body: string, footer: string): Rendered {
  const parts = body.split(footer).map((part) => part.trim());
  const whole = [...parts.filter((part) => part !== ''), footer].join('\n');
  return whole.length > 1600
    ? { kind: 'tooLong', characters: whole.length }
    : { kind: 'rendered', body: whole };
}

/** Why a text cannot leave as it would read. */
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
  // By code point, so that the cut never leaves half an emoji.
  return [...line].slice(0, 100).join('');
}
