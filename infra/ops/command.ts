import { parseArgs } from 'node:util';
import pc from 'picocolors';
import * as z from 'zod';
import { EXIT_CODES, type ExitCode, readableProblem, UsageProblem } from './problem.ts';

/** Describes one option of a command. */
export interface Option<S extends z.ZodType = z.ZodType> {
  /** Names its value in the help; absent for a switch. */
  readonly takes?: string;
  readonly help: string;
  /** Checks the value and gives the default. The input is a boolean for a switch, else text. */
  readonly schema: S;
}
type Options = Readonly<Record<string, Option>>;
type Values<O extends Options> = { readonly [N in keyof O]: z.infer<O[N]['schema']> };

/** Describes a command for ops. */
export interface Command<O extends Options> {
  readonly usage: string;
  /** Says what the command does, in a few lines. */
  readonly about: string;
  readonly options: O;
  /** Ends the help with what else to know, in a few lines. */
  readonly notes: string;
  /** Is printed before the sentence that explains a problem. */
  readonly failure?: string;
  /** Carries the command out. @returns the exit code. @throws Problem when it cannot go on. */
  run(values: Values<O>): Promise<ExitCode>;
}

/** Gives a command's options their types. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** Creates a switch that is off unless it is given. */
export function flag(help: string) {
  return { help, schema: z.boolean().default(false) };
}

/** Creates the schema of a whole number in digits, from `from` to `to`. @param usual the default. */
export function wholeNumber(from: number, to: number, usual: number) {
  const error = `takes a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .default(String(usual))
    .transform(Number)
    .refine((value) => value >= from && value <= to, error);
}

/** The options that locate an organization's tables or queues (place.ts). */
export const PLACE_OPTIONS = {
  region: {
    takes: 'REGION',
    help: "the organization's region, if your environment names another",
    schema: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'takes a region of AWS, such as us-east-1')
      .optional(),
  },
  endpoint: {
    takes: 'URL',
    help: 'the engine at another address than those of AWS and of npm start',
    schema: z.url({ protocol: /^https?$/, error: 'takes an http(s) URL' }).optional(),
  },
  state: {
    takes: 'DIRECTORY',
    help: 'state of npm start (.sendgate)',
    schema: z.string().default('.sendgate'),
  },
} satisfies Options;

/** Checks an organization's name, with which the names of its tables and queues begin. */
export const organizationName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "takes an organization's name: a-z, 0-9 and hyphens");

/** Runs a command with the arguments of this process. Prints any problem, and sets the exit code. */
export async function runCommand<O extends Options>(
  command: Command<O>,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    const values = parseValues(command, args);
    if (values) process.exitCode = await command.run(values);
    else console.log(helpOf(command));
  } catch (error) {
    const problem = readableProblem(error);
    const sentence = problem?.sentence ?? (error instanceof Error ? error.stack : String(error));
    console.error(pc.red([command.failure, sentence].filter(Boolean).join(' ')));
    process.exitCode = problem?.exitCode ?? EXIT_CODES.environment;
  }
}

/**
 * Parses a command's arguments.
 *
 * @returns undefined when `--help` is among them.
 * @throws UsageProblem naming each option that is wrong or missing.
 */
function parseValues<O extends Options>(
  { options }: Command<O>,
  args: readonly string[],
): Values<O> | undefined {
  const raw = readArguments(options, args);
  if (raw['help'] === true) return undefined;
  const schema = z.object(
    Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.schema])),
  );
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data as Values<O>;
  const wrong = parsed.error.issues.map(({ path: [name = ''], message }) =>
    raw[String(name)] === undefined ? `Give --${String(name)}.` : `--${String(name)} ${message}.`,
  );
  throw new UsageProblem([...wrong, 'See --help.'].join(' '));
}

function readArguments(options: Options, args: readonly string[]): Record<string, unknown> {
  const kinds = Object.entries(options).map(
    ([name, { takes }]) => [name, { type: takes === undefined ? 'boolean' : 'string' }] as const,
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(kinds), help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new UsageProblem(`${error instanceof Error ? error.message : String(error)}. See --help.`);
  }
}

function helpOf({ usage, about, options, notes }: Command<Options>): string {
  const rows = Object.entries(options).map(([name, { takes, help }]) => [
    takes === undefined ? `--${name}` : `--${name} ${takes}`,
    help,
  ]);
  const width = Math.max(...rows.map(([option = '']) => option.length));
  const lines = rows.map(([option = '', help]) => `  ${option.padEnd(width)}  ${help}`);
  const codes =
    'Ends with 0 when all is fine, 1 with a finding, 2 when called wrongly, 3 when something around it fails.';
  return [usage, about, lines.join('\n'), notes, codes].join('\n\n');
}
