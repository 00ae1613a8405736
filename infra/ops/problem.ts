/** What the exit code of a command says. */
export const EXIT_CODES = {
  fine: 0,
  /** Something that the command looked at does not hold. */
  finding: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Something around the command is missing or does not answer. */
  environment: 3,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Ends a command with a sentence that a person can act on: no stack trace is printed for it. */
export abstract class Problem extends Error {
  abstract readonly exitCode: ExitCode;
}

export class Finding extends Problem {
  override readonly exitCode = EXIT_CODES.finding;
}

export class UsageProblem extends Problem {
  override readonly exitCode = EXIT_CODES.usage;
}

export class EnvironmentProblem extends Problem {
  override readonly exitCode = EXIT_CODES.environment;
}

/**
 * Tells what a person can mend from a defect of the command: problems of ours, answers of AWS, and what Node says of files and
 * connections.
 *
 * @returns the sentence to print and the exit code, or undefined for a defect, whose stack trace is worth reading.
 */
export function readableProblem(error: unknown): { sentence: string; exitCode: ExitCode } | undefined {
  if (error instanceof Problem) return { sentence: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error) || !isFromOutside(error)) return undefined;
  // A refused connection is an error without words around one that has some.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = error.message || (first instanceof Error ? first.message : '');
  return { sentence: `${error.name}: ${message}`, exitCode: EXIT_CODES.environment };
}

function isFromOutside(error: Error): boolean {
  // Node's own complaints about arguments have codes too: those are defects.
  const isOfSystem = 'code' in error && !String(error.code).startsWith('ERR_');
  return '$metadata' in error || isOfSystem || /^(Credentials|Token|Timeout)\w*Error$/.test(error.name);
}
