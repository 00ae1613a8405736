import {
  listProperty,
  nestedProperty,
  referencedId,
  resourcesOf,
  type Template,
} from '../../infra/local/template.ts';

/** An action on a resource, as a role allows it or a function uses it. */
export interface Line {
  readonly functionName: string;
  readonly action: string;
  /** Name of the functions' environment variable, or else the logical id; `<table>/index/<name>`, `<table>/stream`. */
  readonly resource: string;
}

export interface Denied extends Line {
  /** Partition keys that the denial covers. */
  readonly partitions: readonly string[];
}

/** Lists every function of the stack with its logical id, role and short name. */
export function functionsIn(template: Template) {
  return resourcesOf(template, 'AWS::Lambda::Function').map(([id, properties]) => ({
    id,
    role: referencedId(properties['Role']) ?? '',
    functionName: String(properties['FunctionName']).replace(/^sendgate-demo-/, ''),
    variables: nestedProperty(nestedProperty(properties['Environment'])['Variables']),
  }));
}

/** Returns a function that gives a resource's name here by its logical id. */
export function namesIn(template: Template): (logicalId: string) => string {
  const names = new Map<string, string>();
  for (const { variables } of functionsIn(template)) {
    for (const [variable, value] of Object.entries(variables)) {
      const id = referencedId(value);
      if (id !== undefined && template.Resources[id]) names.set(id, variable);
    }
  }
  return (id) => names.get(id) ?? id;
}

/** Lists what each function's role allows and denies, one line for each action on each resource. */
export function grantsIn(template: Template): { allowed: Line[]; denied: Denied[] } {
  const nameOf = namesIn(template);
  const allowed: Line[] = [];
  const denied: Denied[] = [];
  for (const { role, functionName } of functionsIn(template)) {
    for (const statement of statementsOf(template, role)) {
      const actions = [statement['Action']].flat().map(String);
      const resources = [statement['Resource']].flat().map((resource) => resourceNameOf(resource, nameOf));
      const lines = resources.flatMap((resource) =>
        actions.map((action) => ({ functionName, action, resource })),
      );
      if (statement['Effect'] === 'Allow') allowed.push(...lines);
      else {
        const condition = nestedProperty(nestedProperty(statement['Condition'])['ForAnyValue:StringEquals']);
        const partitions = listProperty(condition['dynamodb:LeadingKeys']).map(String);
        denied.push(...lines.map((line) => ({ ...line, partitions })));
      }
    }
  }
  return { allowed, denied };
}

/** Collects the statements of every policy of a role. Our policies are resources of their own, neither inline nor managed by AWS. */
function statementsOf(template: Template, role: string) {
  const properties = template.Resources[role]?.Properties ?? {};
  if (properties['ManagedPolicyArns'] || properties['Policies']) {
    throw new Error(`${role} has inline or managed policies, which are not read here`);
  }
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, policy]) => listProperty(policy['Roles']).some((one) => referencedId(one) === role))
    .flatMap(([, policy]) =>
      listProperty(nestedProperty(policy['PolicyDocument'])['Statement']).map(nestedProperty),
    );
}

function resourceNameOf(resource: unknown, nameOf: (id: string) => string): string {
  if (typeof resource === 'string') return resource;
  const id = referencedId(resource);
  if (id !== undefined) {
    const [, attribute] = listProperty(nestedProperty(resource)['Fn::GetAtt']);
    return attribute === 'StreamArn' ? `${nameOf(id)}/stream` : nameOf(id);
  }
  const [, parts] = listProperty(nestedProperty(resource)['Fn::Join']);
  const text = listProperty(parts).map((part) =>
    typeof part === 'string' ? part : nameOf(referencedId(part) ?? '?'),
  );
  return text.join('').replace(/^arn:.*:parameter\/sendgate\/demo/, '');
}
