import { english } from './english.ts';
import { french } from './french.ts';
import type { LanguageRules } from './rule.ts';
import { spanish } from './spanish.ts';

/** Every language that is read. A text is read in all of them: people mix, and STOP is a word of each. */
export const revocationRules: readonly LanguageRules[] = [english, spanish, french];
