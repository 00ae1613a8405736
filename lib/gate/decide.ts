import type { Trace } from '../messaging/message.ts';
import type { Decision, Question, Verdict } from './decision.ts';
import { RULES } from './rules.ts';

const VERBS = {
  send: 'sent',
  sendPromptFirst: 'held',
  hold: 'held',
  defer: 'deferred',
  refuse: 'refused',
  drop: 'dropped',
} as const;

/**
 * Decides whether a text may leave now. Pure: the same question always has the same answer.
 *
 * @returns the verdict of the first rule that objects, or `send`, with every rule consulted up to there. Where the
 *   opt-in template must go first, every later rule must agree before even that leaves.
 */
export function decide(question: Question): Decision {
  const trace: Trace = [];
  const warnings: string[] = [];
  let promptFirst: string | undefined;
  for (const { name, consult } of RULES) {
    const finding = consult(question);
    const { verdict, says } = finding;
    trace.push({ rule: name, result: says });
    if (verdict) return { ...verdict, trace, warnings, sentence: sentenceOf(verdict, says) };
    if (finding.promptFirst) promptFirst = says;
    if (finding.warning) warnings.push(says);
  }
  if (promptFirst === undefined) {
    return { kind: 'send', trace, warnings, sentence: 'sent: every rule agrees' };
  }
  const verdict = { kind: 'sendPromptFirst', reason: 'waitingForStart' } as const;
  return { ...verdict, trace, warnings, sentence: sentenceOf(verdict, promptFirst) };
}

function sentenceOf({ kind }: Verdict, says: string): string {
  return `${VERBS[kind]}: ${says}`;
}
