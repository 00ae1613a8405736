/** The part of a synthesized CloudFormation template that the runner reads. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export type Properties = Readonly<Record<string, unknown>>;

/** Lists every resource of the given types, with its logical id. */
export function resourcesOf(template: Template, ...types: string[]): [logicalId: string, Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => types.includes(resource.Type))
    .map(([id, resource]) => [id, resource.Properties ?? {}]);
}

/** Returns the logical id that a `Ref` or `Fn::GetAtt` points at; undefined for any other value. */
export function referencedId(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Ref' in value && typeof value.Ref === 'string') return value.Ref;
  if (!('Fn::GetAtt' in value)) return undefined;
  const target = value['Fn::GetAtt'];
  const id = Array.isArray(target) ? target[0] : String(target).split('.')[0];
  return typeof id === 'string' ? id : undefined;
}

/** Returns the properties of a nested object; none for any other value. */
export function nestedProperty(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

/** Returns the entries of a nested list; none for any other value. */
export function listProperty(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
