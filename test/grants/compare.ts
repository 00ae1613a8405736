import type { Denied, Line } from './granted.ts';

/** Reasons of the grants that name more than one resource. Any other wildcard is a fault. */
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

/** A use by a function's own code, with the secret partition that it touched, if any. */
export interface UsedLine extends Line {
  readonly partition?: string;
}

/**
 * Compares what functions may do with what they do.
 *
 * @param used uses by the functions' own code, and by the platform for them.
 * @returns a sentence for each grant that is never used, each use that is not granted, and each unexplained wildcard; none when
 *   all is well.
 */
export function findDifferences(
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
    ...missing.map((use) => `${describeUse(use)} is used and not granted. Grant it in infra/capabilities.`),
    ...unused.map(
      (grant) => `${describeUse(grant)} is granted and no test used it. Take it away, or test what needs it.`,
    ),
    ...wild.map(
      (grant) => `${describeUse(grant)} is a wildcard that nothing explains (test/grants/compare.ts).`,
    ),
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

function describeUse({ functionName, action, resource, partition }: UsedLine): string {
  return `${functionName}: ${action} on ${resource}${partition === undefined ? '' : ` (${partition})`}`;
}

/** Reads a line of the tests' record of uses. */
export function parseUsedLine(line: string): UsedLine {
  const [functionName = '', action = '', resource = '', partition] = line.split(' ');
  return { functionName, action, resource, ...(partition !== undefined && { partition }) };
}
