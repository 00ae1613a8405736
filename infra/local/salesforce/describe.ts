import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldDefinition, ObjectDefinition, Org } from './org.ts';

/** A real org's recorded answer. Every object and field is described in its shape. */
const RECORDED = JSON.parse(
  readFileSync(join(import.meta.dirname, 'salesforce-describe.json'), 'utf8'),
) as Record<string, unknown> & { fields: Record<string, unknown>[] };

const SOAP_TYPES: Readonly<Record<string, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  datetime: 'xsd:dateTime',
};
const LENGTHS: Readonly<Record<string, number>> = {
  id: 18,
  reference: 18,
  phone: 40,
  email: 80,
  string: 255,
};

/** Answers `GET /sobjects/{name}/describe`, without the fields that the user may not see. */
export function describeObject(definition: ObjectDefinition, version: string): object {
  const { fields: _fields, ...shape } = RECORDED;
  const { name, label, keyPrefix, fields } = definition;
  const base = `/services/data/v${version}/sobjects/${name}`;
  return {
    ...shape,
    name,
    label,
    labelPlural: `${label}s`,
    keyPrefix,
    custom: name.endsWith('__c'),
    childRelationships: [],
    recordTypeInfos: [],
    fields: fields.filter(({ hidden }) => !hidden).map(describeField),
    urls: { rowTemplate: `${base}/{ID}`, describe: `${base}/describe`, sobject: base },
  };
}

function describeField({
  name,
  label,
  type,
  updateable = true,
  referenceTo = [],
  encrypted = false,
}: FieldDefinition): object {
  const custom = name.endsWith('__c');
  const length = LENGTHS[type] ?? 0;
  return {
    ...RECORDED.fields[0],
    name,
    label,
    type,
    soapType: SOAP_TYPES[type] ?? 'xsd:string',
    length,
    byteLength: length * 3,
    custom,
    createable: updateable,
    updateable,
    encrypted,
    filterable: !encrypted,
    nillable: type !== 'id' && type !== 'boolean',
    permissionable: custom,
    defaultedOnCreate: type === 'boolean' || type === 'id',
    defaultValue: type === 'boolean' ? false : null,
    idLookup: type === 'id',
    nameField: name === 'Name',
    referenceTo,
    relationshipName: type === 'reference' ? name.replace(/__c$/, '__r').replace(/Id$/, '') : null,
  };
}

/** Answers `GET /sobjects`. */
export function describeGlobal(org: Org, version: string): object {
  return {
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: org.objects().map((definition) => {
      const {
        fields: _fields,
        childRelationships: _children,
        ...rest
      } = describeObject(definition, version) as Record<string, unknown>;
      return rest;
    }),
  };
}
