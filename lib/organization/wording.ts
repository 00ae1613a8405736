import { MERGE_FIELDS, merge, withFooter } from '../messaging/template.ts';
import type { Settings } from './settings.ts';

/** A fault of a wording, with the setting that holds the wording. */
export interface WordingFault {
  readonly field: 'optInTemplate' | 'optInReply' | 'optOutReply' | 'helpReply' | 'footer';
  readonly message: string;
}

const MINIMUM_CHARACTERS = 20;
const MAXIMUM_CHARACTERS = 320;

/** The parts that carriers require in wordings, each with a pattern that recognizes it (docs/facts.md, "Carriers' rules"). */
const DEMANDS = {
  START: [/\bSTART\b/, 'the word START in capitals, which is what the person must reply'],
  HELP: [/\bHELP\b/, 'the word HELP, for people who need help'],
  STOP: [/\bSTOP\b/, 'the word STOP, for people who want no more texts'],
  rates: [/rates may apply/i, '"Msg & data rates may apply"'],
  recurs: [
    /\b(recurring|msgs?\/|messages? (a|per) |texts? (a|per) )/i,
    'that the texts recur, for example "recurring texts"',
  ],
} as const satisfies Record<string, readonly [RegExp, string]>;

const REQUIRED = {
  optInTemplate: ['START', 'recurs', 'rates', 'HELP', 'STOP'],
  optInReply: ['recurs', 'rates', 'HELP', 'STOP'],
  helpReply: ['rates', 'STOP'],
  optOutReply: [],
} as const satisfies Record<string, readonly (keyof typeof DEMANDS)[]>;

/** The wordings that are sent with the footer. A part in the footer counts as theirs. */
const WITH_FOOTER = new Set(['optInTemplate', 'optInReply']);

/**
 * Finds the faults of an organization's wordings: the request for START (C1), confirmations (B3), and the answers to HELP and
 * STOP. Each must name the organization and have the parts that carriers require, in 20 to 320 characters. Pure.
 */
export function wordingFaults(settings: Settings): WordingFault[] {
  return (Object.keys(REQUIRED) as (keyof typeof REQUIRED)[]).flatMap((field) =>
    faultsOf(field, settings[field], settings).map((message) => ({ field, message })),
  );
}

/**
 * Finds the faults of a keyword's own confirmation (T1, B3). It is sent instead of `optInReply`, so the same rules hold.
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
  field: keyof typeof REQUIRED,
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
  for (const demand of REQUIRED[field]) {
    const [pattern, description] = DEMANDS[demand];
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
