import { MERGE_FIELDS, merge, withFooter } from '../messaging/template.ts';
import type { Settings } from './settings.ts';

/** A fault of a wording, by the setting that holds it. */
export interface WordingFault {
  readonly field: 'optInTemplate' | 'optInReply' | 'optOutReply' | 'helpReply' | 'footer';
  readonly message: string;
}

const FEWEST_CHARACTERS = 20;
const MOST_CHARACTERS = 320;

/** What carriers require a wording to say, and how it is recognised (docs/facts.md, "Carriers' rules"). */
const DEMANDS = {
  START: [/\bSTART\b/, 'the word START in capitals, which is what the person must reply'],
  HELP: [/\bHELP\b/, 'the word HELP, for whoever needs help'],
  STOP: [/\bSTOP\b/, 'the word STOP, for whoever wants no more texts'],
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

/** Which texts end with the footer, so that it may say what they must. */
const WITH_FOOTER = new Set(['optInTemplate', 'optInReply']);

/**
 * What is wrong with an organization's wordings: the request for START (C1), confirmations, and the answer to HELP. Each
 * names the organization and says what carriers require, in 20 to 320 characters.
 */
export function wordingFaults(settings: Settings): WordingFault[] {
  return (Object.keys(REQUIRED) as (keyof typeof REQUIRED)[]).flatMap((field) =>
    faultsOf(field, settings[field], settings).map((message) => ({ field, message })),
  );
}

/** What is wrong with a keyword's own confirmation: it must say what `optInReply` must, in whose place it is sent (T1, B3). */
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
  const others = MERGE_FIELDS.filter((name) => name !== 'organizationName');
  const foreign = others.find((name) => new RegExp(`\\{\\{\\s*${name}\\b`).test(words));
  if (foreign)
    return [`Merge no facts of a lead here: take out {{${foreign}}}. The same words go to everybody.`];
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
    const [pattern, says] = DEMANDS[demand];
    if (!pattern.test(body)) faults.push(`Say ${says}.`);
  }
  if (field === 'optInTemplate' && /\breply\s+yes\b/i.test(body)) {
    faults.push('Ask for START and not for YES: carriers take YES for other things as well.');
  }
  if (body.length < FEWEST_CHARACTERS || body.length > MOST_CHARACTERS) {
    faults.push(
      `Use ${FEWEST_CHARACTERS} to ${MOST_CHARACTERS} characters, the footer included; these are ${body.length}.`,
    );
  }
  return faults;
}
