import type { Answer, BuilderAnswers } from './builders/builder.ts';
import { comparableName, type Fact, rankOf } from './builders/facts.ts';
import type { Form } from './form.ts';
import type { Fields } from './payload.ts';

/** The answer to a question, under the name that error messages use. */
export interface FoundAnswer {
  readonly field: string;
  readonly value: unknown;
  /** Absent when a path led to the value. */
  readonly answer?: Answer | undefined;
}

/** A payload as its builder's preset reads it, and as it was sent. */
export interface PayloadSource {
  readonly builderAnswers: BuilderAnswers;
  readonly payload: Fields;
}

/** Finds a fact by the form's configuration, else by the builder's preset, else by its usual names (F1). */
export function findFact({ fields }: Pick<Form, 'fields'>, source: PayloadSource, fact: Fact): FoundAnswer {
  const configured = fields[fact];
  if (configured !== undefined) return findField(source, configured);
  const answer = source.builderAnswers.answers.find((one) => one.fact === fact && isGiven(one.value));
  const best = answer ?? byUsualName(source.builderAnswers.answers, fact);
  return { field: best?.names[0] ?? fact, value: best?.value, answer: best };
}

/** Finds a configured field. @param field any name of an answer, else a path into the payload. */
export function findField({ builderAnswers, payload }: PayloadSource, field: string): FoundAnswer {
  const comparable = comparableName(field);
  const answer =
    builderAnswers.answers.find(({ names }) => names.includes(field)) ??
    builderAnswers.answers.find(
      ({ names }) => comparable !== '' && names.some((name) => comparableName(name) === comparable),
    );
  return { field, value: answer ? answer.value : valueAtPath(payload, field), answer };
}

function byUsualName(answers: readonly Answer[], fact: Fact): Answer | undefined {
  let best: { answer: Answer; rank: number } | undefined;
  for (const answer of answers) {
    if (!isGiven(answer.value)) continue;
    for (const name of answer.names) {
      const rank = rankOf(fact, name);
      if (rank !== undefined && (best === undefined || rank < best.rank)) best = { answer, rank };
    }
  }
  return best?.answer;
}

/** Decides whether a value is an answer at all. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Finds a member by its exact name, else by its path (`contact.phone`, `answers[0].value`). @returns undefined when there is none. */
export function valueAtPath(payload: Fields, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
