import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { noSuchType, notFound, SalesforceError } from './errors.ts';

export interface FieldDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: 'id' | 'string' | 'phone' | 'email' | 'boolean' | 'datetime' | 'reference';
  /** The field can be written when absent. */
  readonly updateable?: boolean;
  readonly referenceTo?: readonly string[];
  /** Field-level security hides the field: it seems not to exist. */
  readonly hidden?: boolean;
  /** The field is encrypted: it can be read, and no query may filter by it. */
  readonly encrypted?: boolean;
  /** The field accepts a write without an error and keeps its old value, as a trigger or a workflow can make it do. */
  readonly dropsWrites?: boolean;
}

export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  /** First three characters of the object's ids. */
  readonly keyPrefix: string;
  readonly fields: readonly FieldDefinition[];
}

export type SalesforceRecord = Record<string, unknown> & { Id: string };

const SYSTEM_FIELDS: readonly FieldDefinition[] = [
  { name: 'Id', label: 'Record ID', type: 'id', updateable: false },
  { name: 'Name', label: 'Name', type: 'string' },
  { name: 'CreatedDate', label: 'Created Date', type: 'datetime', updateable: false },
  { name: 'LastModifiedDate', label: 'Last Modified Date', type: 'datetime', updateable: false },
  { name: 'SystemModstamp', label: 'System Modstamp', type: 'datetime', updateable: false },
];

/** Formats a date and time as Salesforce does. */
export const formatSalesforceDate = (date: Date) => date.toISOString().replace('Z', '+0000');

/** One Salesforce org: its objects, their fields and its records. Names compare without case, as Salesforce's do. */
export class Org {
  private readonly definitions = new Map<string, ObjectDefinition>();
  private readonly records = new Map<string, SalesforceRecord[]>();
  private readonly statePath: string | undefined;
  private counter = 0;

  /** @param statePath file that keeps the records; in memory without it. */
  constructor(definitions: readonly ObjectDefinition[], statePath?: string) {
    this.statePath = statePath;
    for (const definition of definitions) this.define(definition);
    this.restore();
  }

  /** Adds or replaces the definition of an object, as a Salesforce admin who changes fields and their security. */
  define(definition: ObjectDefinition): void {
    const known = definition.fields.map(({ name }) => name);
    const system = SYSTEM_FIELDS.filter(({ name }) => !known.includes(name));
    const key = definition.name.toLowerCase();
    this.definitions.set(key, { ...definition, fields: [...system, ...definition.fields] });
    if (!this.records.has(key)) this.records.set(key, []);
  }

  objects(): readonly ObjectDefinition[] {
    return [...this.definitions.values()];
  }

  /** Finds an object by name. @throws SalesforceError INVALID_TYPE. */
  object(name: string): ObjectDefinition {
    const definition = this.definitions.get(name.toLowerCase());
    if (!definition) throw noSuchType(name);
    return definition;
  }

  all(object: string): readonly SalesforceRecord[] {
    return this.records.get(this.object(object).name.toLowerCase()) ?? [];
  }

  /** Finds a record by its id of 15 or 18 characters. */
  find(object: string, id: string): SalesforceRecord | undefined {
    return this.all(object).find((record) => record.Id.slice(0, 15) === id.slice(0, 15));
  }

  /** Inserts a record. @returns its id. */
  insert(object: string, fields: Readonly<Record<string, unknown>>, at = new Date()): string {
    const definition = this.object(object);
    const Id = withChecksum(`${definition.keyPrefix}5f${String(++this.counter).padStart(10, '0')}`);
    const now = formatSalesforceDate(at);
    const record = { Id, Name: Id, CreatedDate: now, LastModifiedDate: now, SystemModstamp: now, ...fields };
    this.records.get(definition.name.toLowerCase())?.push(record);
    return Id;
  }

  /** Updates a record. @throws SalesforceError as the REST API does for a record, field or value that cannot be written. */
  update(object: string, id: string, fields: Readonly<Record<string, unknown>>, at = new Date()): void {
    const definition = this.object(object);
    const record = this.find(object, id);
    if (!record) throw notFound();
    const writes = Object.entries(fields).map(([name, value]) => ({
      field: writableField(definition, name, value),
      value,
    }));
    for (const { field, value } of writes) if (!field.dropsWrites) record[field.name] = value;
    const now = formatSalesforceDate(at);
    Object.assign(record, { LastModifiedDate: now, SystemModstamp: now });
  }

  save(): void {
    if (!this.statePath) return;
    const state = { counter: this.counter, records: Object.fromEntries(this.records) };
    writeFileSync(`${this.statePath}.new`, JSON.stringify(state));
    renameSync(`${this.statePath}.new`, this.statePath);
  }

  private restore(): void {
    if (!this.statePath) return;
    let text: string;
    try {
      text = readFileSync(this.statePath, 'utf8');
    } catch {
      return;
    }
    const state = JSON.parse(text) as { counter: number; records: Record<string, SalesforceRecord[]> };
    this.counter = state.counter;
    for (const [object, records] of Object.entries(state.records)) this.records.set(object, records);
  }
}

/** Finds a field of an object, unless it is hidden from the user. */
export function fieldOf({ fields }: ObjectDefinition, name: string): FieldDefinition | undefined {
  return fields.find((field) => !field.hidden && field.name.toLowerCase() === name.toLowerCase());
}

function writableField(definition: ObjectDefinition, name: string, value: unknown): FieldDefinition {
  const field = fieldOf(definition, name);
  if (!field) {
    throw new SalesforceError(
      400,
      'INVALID_FIELD',
      `No such column '${name}' on sobject of type ${definition.name}`,
    );
  }
  if (field.updateable === false) {
    throw new SalesforceError(
      400,
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      [field.name],
    );
  }
  if (field.type === 'boolean' && typeof value !== 'boolean') {
    throw new SalesforceError(
      400,
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of boolean from ${value}`,
    );
  }
  return field;
}

/** Adds to an id of 15 characters the three that make it unique without regard to case. */
function withChecksum(id: string): string {
  const suffix = [0, 5, 10].map((start) => {
    const bits = [...id.slice(start, start + 5)].map((character, bit) =>
      /[A-Z]/.test(character) ? 1 << bit : 0,
    );
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[bits.reduce((sum, bit) => sum + bit, 0)];
  });
  return id + suffix.join('');
}
