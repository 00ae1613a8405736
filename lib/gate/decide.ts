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
 * Decides whether a text may leave now. Pure: the same input always gives the same decision.
 *
 * @returns the verdict of the first rule that objects, else `send`, with the trace of the rules consulted (X1). When the
 *   request for START must go first (C2), it leaves only if every later rule agrees.
 */
export function decide(input: DecisionInput): Decision {
  const trace: Trace = [];
  const warnings: string[] = [];
  let optInRequestFirst: string | undefined;
  for (const { name, evaluate } of RULES) {
    const result = evaluate(input);
    const { verdict, explanation } = result;
    trace.push({ rule: name, result: explanation });
    if (verdict) return { ...verdict, trace, warnings, sentence: sentenceOf(verdict, explanation) };
    if (result.optInRequestFirst) optInRequestFirst = explanation;
    if (result.warning) warnings.push(explanation);
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
