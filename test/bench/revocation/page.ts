import { revocationRules } from '../../../lib/revocation/rules/index.ts';
import type { LanguageRules, RevocationRule } from '../../../lib/revocation/rules/rule.ts';

const HEAD = `# How a text is read as a revocation

Generated from \`lib/revocation/rules/\` by \`npm run revocation -- --write\`. Do not edit.

A person may take back consent by any reasonable means (47 CFR 64.1200(a)(10)). sendgate reads every text that it
receives, in this order:

1. **Twilio's words.** STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT opt out; START and UNSTOP opt in;
   HELP and INFO ask for help; YES is START from someone who was asked. Where Twilio sends its own reading, that counts.
2. **Machines.** Absence notices, answering services and providers' errors are no person's reply: they never opt out and
   stop no automation. Where a clear request stands in one all the same, a person must look.
3. **Innocent words** are set aside ("stop by at 5", "don't stop"), and so are **limited requests** ("not before 9"), which a
   person must look at.
4. **Clear** requests opt out at once. The rule's name and its language are kept in the ledger with the words sent.
5. **Doubtful** texts are shown to a person; automated texts to the number are held until someone decides.

Case, accents, punctuation, curly quotes, emoji, full-width letters, spelling out ("s t o p"), repeated letters and the spellings
of texting ("pls", "txt") make no difference. The first 1,600 characters are read, which is the most that Twilio delivers.

How to read a phrase: words next to each other within a sentence part; \`(a|b)\` one of these; \`[a]\` perhaps; \`{list}\` a word
of that list; \`_\` any one word; \`...\` up to four words, but no "and", "or" or negation; \`^\` and \`$\` the beginning and end of a part.
Apostrophes of contractions are gone: "don't" is \`do not\`, "m'écrire" is \`m ecrire\`.

Where a rule looks: *anywhere*; as a whole *part* between punctuation marks; as the *opening* part; as the whole *message*.
Courtesies do not matter for the last three.
`;

const STAGES = [
  ['automatic', 'Written by a machine'],
  ['innocent', 'Innocent: set aside first'],
  ['limited', 'Limited: a person must look'],
  ['clear', 'Clear: opts out at once'],
  ['doubtful', 'Doubtful: a person must look'],
] as const;

/** Writes the text of `docs/revocation.md`. */
export function revocationPage(): string {
  return `${[HEAD, ...revocationRules.map(languagePart)].join('\n')}`;
}

function languagePart(rules: LanguageRules): string {
  const stages = STAGES.flatMap(([stage, title]) => [`### ${title}`, '', ...rules[stage].map(rulePart), '']);
  const lists = Object.entries(rules.lists).map(([name, words]) => `- \`{${name}}\`: ${words.join(', ')}`);
  const spellings = Object.entries(rules.spellings).map(([texted, meant]) => `${texted} = ${meant}`);
  return [
    `## ${rules.name}`,
    '',
    ...stages,
    '### Lists, courtesies and spellings',
    '',
    ...lists,
    `- Courtesies: ${rules.courtesies.join(', ')}`,
    `- Spellings: ${spellings.join(', ')}`,
    `- Understood with one wrong letter: ${rules.misspelled.join(', ')}`,
    '',
  ].join('\n');
}

function rulePart({ id, description, where, phrases }: RevocationRule): string {
  return `- **${id}** (${where}): ${description}\n  ${phrases.map((phrase) => `\`${phrase}\``).join(' · ')}`;
}
