import { parseArgs } from 'node:util';
import pc from 'picocolors';
import * as z from 'zod';
import { EXIT_CODES, type ExitCode, readableProblem, UsageProblem } from './problem.ts';

/** One option of a command. */
export interface Option<S extends z.ZodType = z.ZodType> {
  /** What the help calls its value; absent for a switch. */
  readonly takes?: string;
  readonly help: string;
  /** Checks the value, and has the default. A switch is a boolean, anything else begins as text. */
  readonly schema: S;
}
type Options = Readonly<Record<string, Option>>;
type Values<O extends Options> = { readonly [N in keyof O]: z.infer<O[N]['schema']> };

/** A command of those who run organizations. */
export interface Command<O extends Options> {
  readonly usage: string;
  /** What it does, in a few lines. */
  readonly about: string;
  readonly options: O;
  /** What else to know, in a few lines. */
  readonly notes: string;
  /** Said before the sentence of what went wrong. */
  readonly failure?: string;
  /** @returns the exit code; problems are thrown. */
  run(values: Values<O>): Promise<ExitCode>;
}

/** Gives a command's options their types. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** A switch that is off unless it is given. */
export function flag(help: string) {
  return { help, schema: z.boolean().default(false) };
}

/** Whole numbers in digits, within limits. */
export function wholeNumber(from: number, to: number, usual: number) {
  const error = `takes a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .default(String(usual))
    .transform(Number)
    .refine((value) => value >= from && value <= to, error);
}

/** The options that say where an organization's tables or queues are (place.ts). */
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

/** A name of an organization, which begins the names of all that it has. */
export const organizationName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "takes an organization's name: a-z, 0-9 and hyphens");

/** Runs a command with the arguments of this process, prints what went wrong, and leaves the exit code. */
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

/** @returns undefined when help was asked for. @throws UsageProblem naming each option that is wrong or missing. */
function parseValues<O extends Options>(
  { options }: Command<O>,
  args: readonly string[],
): Values<O> | undefined {
  const given = readArguments(options, args);
  if (given['help'] === true) return undefined;
  const schema = z.object(
    Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.schema])),
  );
  const read = schema.safeParse(given);
  if (read.success) return read.data as Values<O>;
  const wrong = read.error.issues.map(({ path: [name = ''], message }) =>
    given[String(name)] === undefined ? `Give --${String(name)}.` : `--${String(name)} ${message}.`,
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
