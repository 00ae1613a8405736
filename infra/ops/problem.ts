/** The exit codes of all commands. */
export const EXIT_CODES = {
  fine: 0,
  /** The command checked something and found a fault. */
  finding: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Something that the command needs is missing or does not answer. */
  environment: 3,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Ends a command with a sentence that a person can act on. No stack trace is printed. */
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
 * Tells problems that a person can solve from defects of the command. Such problems are our own errors, AWS's answers, and
 * Node's errors about files and connections.
 *
 * @returns the sentence to print and the exit code; undefined for a defect, whose stack trace should be read.
 */
export function readableProblem(error: unknown): { sentence: string; exitCode: ExitCode } | undefined {
  if (error instanceof Problem) return { sentence: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error) || !isFromOutside(error)) return undefined;
  // A refused connection is an error without a message around one with a message.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = error.message || (first instanceof Error ? first.message : '');
  return { sentence: `${error.name}: ${message}`, exitCode: EXIT_CODES.environment };
}

function isFromOutside(error: Error): boolean {
  // Node's errors about wrong arguments have codes too, and are defects.
  const isOfSystem = 'code' in error && !String(error.code).startsWith('ERR_');
  return '$metadata' in error || isOfSystem || /^(Credentials|Token|Timeout)\w*Error$/.test(error.name);
}
