import { revocationRules } from '../../../lib/revocation/rules/index.ts';
import type { LanguageRules, RevocationRule } from '../../../lib/revocation/rules/rule.ts';

const HEAD = `<!-- Written by \`npm run revocation -- --write\` from lib/revocation/rules. Change the rules there. -->

# How a text is read as a revocation

A person may take back consent by any reasonable means (47 CFR 64.1200(a)(10)). sendgate reads every text that it receives, in this order:

1. **Twilio's words.** STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT opt out; START and UNSTOP opt in; HELP and INFO ask for help; YES is
   START from a person who was asked. Where Twilio sends its own reading, that counts.
2. **Machines.** Absence notices, answering services and providers' errors are no person's reply: they never opt out and stop no automation. Where a
   clear request stands in one all the same, a person must look.
3. **Innocent words** are set aside ("stop by at 5", "don't stop"), and so are **limited requests** ("not before 9"), which a person must look at.
4. **Clear** requests opt out at once. The ledger keeps the rule's name and language with the words sent.
5. **Doubtful** texts are shown to a person. Automated texts to the number are held until that person decides.

Case, accents, punctuation, curly quotes, emoji, full-width letters, spelling out ("s t o p"), repeated letters and the spellings of texting ("pls", "txt")
make no difference. The first 1,600 characters are read, which is the most that Twilio delivers.

This page lists every rule by its name and says what it recognises. A rule looks *anywhere*; at a whole *part* between punctuation marks; at the *opening*
part; or at the whole *message*. Courtesies do not matter for the last three. Each rule's phrases are in \`lib/revocation/rules\`, and
\`lib/revocation/phrase.ts\` says how to read them. \`npm run revocation\` prints how well the rules recognise labelled replies.
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
  return [HEAD, ...revocationRules.map(languagePart)].join('\n');
}

function languagePart(rules: LanguageRules): string {
  const stages = STAGES.flatMap(([stage, title]) => [`### ${title}`, '', ...rules[stage].map(rulePart), '']);
  return [`## ${rules.name}`, '', ...stages].join('\n');
}

function rulePart({ id, description, where }: RevocationRule): string {
  return `- **${id}** (${where}): ${description}`;
}
