import type { Denied, Line } from './granted.ts';

/** Why a grant names more than one thing. Any other wildcard is a fault. */
export const WILDCARDS: readonly { readonly of: RegExp; readonly because: string }[] = [
  { of: /^xray:\S+ \*$/, because: 'X-Ray takes no resource' },
  {
    of: /^dynamodb:ListStreams \*$/,
    because: 'Lambda lists streams before it knows them; it tells names only',
  },
  {
    of: /^kms:(ReEncrypt|GenerateDataKey)\* key\w+$/,
    because: 'two families of actions on the one key of the stack',
  },
  {
    of: /^s3:\S+ EXPORT_BUCKET\/exports\/\*$/,
    because: 'each export is an object of its own under exports/',
  },
];

/** A use of a function's own code, with the secret partition that it touched, if any. */
export interface UsedLine extends Line {
  readonly partition?: string;
}

/**
 * Compares what functions may do with what they do.
 *
 * @param used by their own code and by the platform for them.
 * @returns a sentence for everything that is granted and never used, used and not granted, or granted by an unexplained
 *   wildcard. Empty when all is well.
 */
export function differences(
  granted: { readonly allowed: readonly Line[]; readonly denied: readonly Denied[] },
  used: readonly UsedLine[],
): string[] {
  const { allowed, denied } = granted;
  const missing = used.filter(
    (use) => !allowed.some((grant) => covers(grant, use)) || denied.some((denial) => forbids(denial, use)),
  );
  const unused = allowed.filter((grant) => !used.some((use) => covers(grant, use)));
  const wild = allowed.filter(
    ({ action, resource }) =>
      `${action} ${resource}`.includes('*') && !WILDCARDS.some(({ of }) => of.test(`${action} ${resource}`)),
  );
  return [
    ...missing.map((use) => `${say(use)} is used and not granted. Grant it in infra/capabilities.`),
    ...unused.map(
      (grant) => `${say(grant)} is granted and no test used it. Take it away, or test what needs it.`,
    ),
    ...wild.map((grant) => `${say(grant)} is a wildcard that nothing explains (test/grants/compare.ts).`),
  ].filter((sentence, index, all) => all.indexOf(sentence) === index);
}

function covers(grant: Line, use: Line): boolean {
  if (grant.functionName !== use.functionName || grant.action !== use.action) return false;
  if (grant.resource === use.resource) return true;
  return grant.resource.endsWith('/*') && use.resource.startsWith(grant.resource.slice(0, -1));
}

function forbids(denial: Denied, use: UsedLine): boolean {
  return covers(denial, use) && use.partition !== undefined && denial.partitions.includes(use.partition);
}

function say({ functionName, action, resource, partition }: UsedLine): string {
  return `${functionName}: ${action} on ${resource}${partition === undefined ? '' : ` (${partition})`}`;
}

/** Reads a line of what the tests recorded. */
export function usedLine(line: string): UsedLine {
  const [functionName = '', action = '', resource = '', partition] = line.split(' ');
  return { functionName, action, resource, ...(partition !== undefined && { partition }) };
}
