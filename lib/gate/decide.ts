import type { Trace } from '../messaging/message.ts';
import type { Decision, DecisionInput, Verdict } from './decision.ts';
import { RULES } from './rules.ts';

const VERBS = {
  send: 'sent',
  sendOptInRequestFirst: 'held',
  hold: 'held',
  defer: 'deferred',
  refuse: 'refused',
  drop: 'dropped',
} as const;

/**
 * Decides whether a text may leave now. Pure: the same input always has the same answer.
 *
 * @returns the verdict of the first rule that objects, or `send`, with every rule consulted up to there. Where the
 *   opt-in template must go first, every later rule must agree before even that leaves.
 */
export function decide(input: DecisionInput): Decision {
  const trace: Trace = [];
  const warnings: string[] = [];
  let optInRequestFirst: string | undefined;
  for (const { name, evaluate } of RULES) {
    const finding = evaluate(input);
    const { verdict, explanation } = finding;
    trace.push({ rule: name, result: explanation });
    if (verdict) return { ...verdict, trace, warnings, sentence: sentenceOf(verdict, explanation) };
    if (finding.optInRequestFirst) optInRequestFirst = explanation;
    if (finding.warning) warnings.push(explanation);
  }
  if (optInRequestFirst === undefined) {
    return { kind: 'send', trace, warnings, sentence: 'sent: every rule agrees' };
  }
  const verdict = { kind: 'sendOptInRequestFirst', reason: 'waitingForStart' } as const;
  return { ...verdict, trace, warnings, sentence: sentenceOf(verdict, optInRequestFirst) };
}

function sentenceOf({ kind }: Verdict, explanation: string): string {
  return `${VERBS[kind]}: ${explanation}`;
}
