import { LOCAL_ACCOUNT, LOCAL_REGION } from './engines.ts';
import type { Template } from './template.ts';

/**
 * Local values of references to resources: by logical id for `Ref`, by `<logical id>.<attribute>` for
 * `Fn::GetAtt`.
 */
export type References = ReadonlyMap<string, string>;

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Region': LOCAL_REGION,
  'AWS::AccountId': LOCAL_ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'local',
  'AWS::StackId': `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stack/local`,
};
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Creates a function that replaces CloudFormation's intrinsic functions in a value of the template.
 *
 * A resource that the runner does not play (a key, a user pool) gets its logical id as its `Ref`, and an ARN made of
 * that id.
 *
 * @throws Error (the function it returns) naming an intrinsic function or reference that it cannot resolve.
 */
export function createResolver(template: Template, references: References): (value: unknown) => unknown {
  function ref(name: string): unknown {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const known = references.get(name) ?? PSEUDO_PARAMETERS[name] ?? template.Parameters?.[name]?.Default;
    if (known !== undefined) return known;
    if (template.Resources[name]) return name;
    throw new Error(`The template refers to ${name}, which it does not have`);
  }

  function attribute(id: string, name: string): string {
    const known = references.get(`${id}.${name}`);
    if (known !== undefined) return known;
    const resource = template.Resources[id];
    if (!resource) throw new Error(`The template refers to ${id}.${name}, and has no ${id}`);
    if (name !== 'Arn') return `${id}.${name}`;
    const service = resource.Type.split('::')[1]?.toLowerCase();
    return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${id}`;
  }

  function substitute(text: string, variables: ReadonlyMap<string, unknown>): string {
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (variables.has(name)) return String(variables.get(name));
      const dot = name.indexOf('.');
      return String(dot < 0 ? ref(name) : attribute(name.slice(0, dot), name.slice(dot + 1)));
    });
  }

  function call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return ref(String(argument));
    if (name === 'Fn::GetAtt' && typeof argument === 'string') return call(name, splitOnce(argument));
    if (name === 'Fn::Sub' && typeof argument === 'string') return substitute(argument, new Map());
    const [first, second, third] = resolve(argument) as [unknown, unknown, unknown];
    switch (name) {
      case 'Fn::GetAtt':
        return attribute(String(first), String(second));
      case 'Fn::Join':
        return (second as unknown[]).join(String(first));
      case 'Fn::Sub':
        return substitute(String(first), new Map(Object.entries(second as object)));
      case 'Fn::Select':
        return (second as unknown[])[Number(first)];
      case 'Fn::Split':
        return String(second).split(String(first));
      case 'Fn::FindInMap':
        return template.Mappings?.[String(first)]?.[String(second)]?.[String(third)];
      default:
        throw new Error(`The runner cannot resolve ${name}`);
    }
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((entry) => entry !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && (only[0] === 'Ref' || only[0].startsWith('Fn::')))
      return call(...only);
    const resolved = entries.map(([key, entry]) => [key, resolve(entry)] as const);
    return Object.fromEntries(resolved.filter(([, entry]) => entry !== NO_VALUE));
  }
  return resolve;
}

function splitOnce(path: string): [string, string] {
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
}
