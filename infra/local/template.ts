/** A synthesized CloudFormation template, as far as the runner reads it. */
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

/** Every resource of one of the types, with its logical id. */
export function resourcesOf(template: Template, ...types: string[]): [logicalId: string, Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => types.includes(resource.Type))
    .map(([id, resource]) => [id, resource.Properties ?? {}]);
}

/** The logical id that a `Ref` or `Fn::GetAtt` points at, or undefined for any other value. */
export function referenced(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Ref' in value && typeof value.Ref === 'string') return value.Ref;
  if (!('Fn::GetAtt' in value)) return undefined;
  const target = value['Fn::GetAtt'];
  const id = Array.isArray(target) ? target[0] : String(target).split('.')[0];
  return typeof id === 'string' ? id : undefined;
}

/** The properties of a nested object, or none. */
export function nestedProperty(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

/** The entries of a nested list, or none. */
export function listProperty(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
