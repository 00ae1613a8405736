import { MERGE_FIELDS, merge, withFooter } from '../messaging/template.ts';
import type { Settings } from './settings.ts';

/** A fault of a wording, with the setting that holds the wording. */
export interface WordingFault {
  readonly field: 'optInTemplate' | 'optInReply' | 'optOutReply' | 'helpReply' | 'footer';
  readonly message: string;
}

const MINIMUM_CHARACTERS = 20;
const MAXIMUM_CHARACTERS = 320;

/** Each part that carriers require in wordings: a pattern that finds it, and its description (docs/facts.md, "Carriers' rules"). */
const PARTS = {
  START: [/\bSTART\b/, 'the word START in capitals, which is what the person must reply'],
  HELP: [/\bHELP\b/, 'the word HELP, for people who need help'],
  STOP: [/\bSTOP\b/, 'the word STOP, for people who want no more texts'],
  rates: [/rates may apply/i, '"Msg & data rates may apply"'],
  recurs: [
    /\b(recurring|msgs?\/|messages? (a|per) |texts? (a|per) )/i,
    'that the texts recur, for example "recurring texts"',
  ],
} as const satisfies Record<string, readonly [RegExp, string]>;

const REQUIRED_PARTS = {
  optInTemplate: ['START', 'recurs', 'rates', 'HELP', 'STOP'],
  optInReply: ['recurs', 'rates', 'HELP', 'STOP'],
  helpReply: ['rates', 'STOP'],
  optOutReply: [],
} as const satisfies Record<string, readonly (keyof typeof PARTS)[]>;

/** These wordings leave with the footer. A required part may stand in the footer, and the footer's characters count. */
const WITH_FOOTER = new Set(['optInTemplate', 'optInReply']);

/**
 * Finds the faults of an organization's wordings: the opt-in template (C1), the confirmation (B3), and the replies to HELP and
 * STOP. Each wording must name the organization and contain the parts that carriers require. It must have 20 to 320 characters.
 * Pure.
 */
export function wordingFaults(settings: Settings): WordingFault[] {
  return (Object.keys(REQUIRED_PARTS) as (keyof typeof REQUIRED_PARTS)[]).flatMap((field) =>
    faultsOf(field, settings[field], settings).map((message) => ({ field, message })),
  );
}

/**
 * Finds the faults of a keyword's own confirmation (T1, B3). It leaves instead of `optInReply`, so the same rules hold for it.
 *
 * @returns sentences for the admin; empty when the words can be used.
 */
export function confirmationFaults(
  words: string,
  settings: Pick<Settings, 'organizationName' | 'footer'>,
): string[] {
  return faultsOf('optInReply', words, settings);
}

function faultsOf(
  field: keyof typeof REQUIRED_PARTS,
  words: string,
  { organizationName, footer }: Pick<Settings, 'organizationName' | 'footer'>,
): string[] {
  const leadFields = MERGE_FIELDS.filter((name) => name !== 'organizationName');
  const leadField = leadFields.find((name) => new RegExp(`\\{\\{\\s*${name}\\b`).test(words));
  if (leadField)
    return [`Merge no facts of a lead here: take out {{${leadField}}}. The same words go to everybody.`];
  const merged = merge(words, { organizationName });
  if (merged.kind !== 'rendered') return ['Use {{organizationName}} or plain words.'];
  const rendered = WITH_FOOTER.has(field) ? withFooter(merged.body, footer) : merged;
  if (rendered.kind !== 'rendered') return ['The text is too long. Shorten it.'];
  const { body } = rendered;
  const faults: string[] = [];
  if (!body.toLowerCase().includes(organizationName.toLowerCase())) {
    faults.push(`Name the organization: ${organizationName}, or {{organizationName}}.`);
  }
  for (const part of REQUIRED_PARTS[field]) {
    const [pattern, description] = PARTS[part];
    if (!pattern.test(body)) faults.push(`Say ${description}.`);
  }
  if (field === 'optInTemplate' && /\breply\s+yes\b/i.test(body)) {
    faults.push('Ask for START and not for YES: carriers take YES for other things as well.');
  }
  if (body.length < MINIMUM_CHARACTERS || body.length > MAXIMUM_CHARACTERS) {
    faults.push(
      `Use ${MINIMUM_CHARACTERS} to ${MAXIMUM_CHARACTERS} characters, the footer included; these are ${body.length}.`,
    );
  }
  return faults;
}
