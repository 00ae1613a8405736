import type { Answer, BuilderAnswers } from './builders/builder.ts';
import { comparable, type Fact, rankOf } from './builders/facts.ts';
import type { Form } from './form.ts';
import type { Fields } from './payload.ts';

/** An answer that was found, under the name that messages use. */
export interface FoundAnswer {
  readonly field: string;
  readonly value: unknown;
  /** Absent when the value was found by its path. */
  readonly answer?: Answer | undefined;
}

/** A payload as its builder reads it, and as it came. */
export interface PayloadSource {
  readonly reading: BuilderAnswers;
  readonly payload: Fields;
}

/** Finds a fact: where the form's configuration says, else where the builder says, else by its usual names. */
export function findFact({ fields }: Pick<Form, 'fields'>, source: PayloadSource, fact: Fact): FoundAnswer {
  const configured = fields[fact];
  if (configured !== undefined) return findField(source, configured);
  const answer = source.reading.answers.find((given) => given.fact === fact && isGiven(given.value));
  const best = answer ?? byUsualName(source.reading.answers, fact);
  return { field: best?.names[0] ?? fact, value: best?.value, answer: best };
}

/** Finds a configured field: an answer by any of its names, else a path into the payload. */
export function findField({ reading, payload }: PayloadSource, field: string): FoundAnswer {
  const wanted = comparable(field);
  const answer =
    reading.answers.find(({ names }) => names.includes(field)) ??
    reading.answers.find(({ names }) => wanted !== '' && names.some((name) => comparable(name) === wanted));
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

/** Whether anything was answered. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Finds a member by its exact name or else by its path (`contact.phone`, `answers[0].value`). */
export function valueAtPath(payload: Fields, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
