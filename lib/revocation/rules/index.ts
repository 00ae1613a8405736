import { english } from './english.ts';
import { french } from './french.ts';
import type { LanguageRules } from './rule.ts';
import { spanish } from './spanish.ts';

/** The rules of every language. Each text is read in all languages, since people mix them and "stop" is a word in each. */
export const revocationRules: readonly LanguageRules[] = [english, spanish, french];
