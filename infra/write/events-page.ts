import * as z from 'zod';
import { EVENT_SOURCE, type EventDefinition } from '../../lib/events/event.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

const INTRODUCTION = `# Events

<!-- Written by npm run events from lib/events. Change the schemas there. -->

Each organization has an EventBridge bus of its own, \`sendgate-<organization>\`, encrypted with the stack's key. Consent
changes and the outcomes of texts are published on it, so that a CRM, a warehouse or a dialer can follow. Its events have
the source \`${EVENT_SOURCE}\`; \`detail-type\` names the schema and its version.

- **At least once, in no promised order.** An event can come twice, with the same \`detail.id\`: drop an id that you have
  seen. Each schema says which of two events is the newer one.
- **A little late.** Events follow the tables' streams, usually within a second or two. Sending never waits for them, and
  the gate never reads them: to ask whether a number may be texted, use \`GET /numbers/{number}/consent\`.
- **They carry the phone number**, since consumers need it: treat the bus, its targets and their logs as personal data. No
  event carries the words of a text, of a form, an IP address or a proof.
- **Versions.** A new optional field or a new value of an enumeration keeps the version: ignore what you do not know. A
  field that changes its meaning or goes away makes a new version, published beside the old one until nobody takes it.

A rule that takes every opt-out:

\`\`\`json
{
  "source": ["${EVENT_SOURCE}"],
  "detail-type": ["sendgate.consent.changed.v1"],
  "detail": { "after": ["opted_out"] }
}
\`\`\`

On a local instance (\`npm start\`) the stand-in for the bus shows what was published; its address is printed at the start.
`;

/** Renders docs/events.md: fields, example and JSON Schema of every event, from the schemas that validate the events (X8). */
export function eventsPage(catalog: readonly EventDefinition[]): string {
  return [INTRODUCTION, ...catalog.map(section)].join('\n');
}

function section({ detailType, summary, notes, schema, example }: EventDefinition): string {
  const jsonSchema = z.toJSONSchema(schema) as JsonSchema;
  return [
    `## ${detailType}`,
    summary,
    notes.map((note) => `- ${note}`).join('\n'),
    fields(jsonSchema),
    `As a target receives it (beside AWS's own \`account\`, \`region\`, \`resources\`):`,
    fenced({
      version: '0',
      id: 'set by EventBridge, another one each time',
      source: EVENT_SOURCE,
      'detail-type': detailType,
      time: example.time,
      detail: example.detail,
    }),
    `<details><summary>JSON Schema of <code>detail</code></summary>\n\n${fenced(jsonSchema)}\n\n</details>\n`,
  ].join('\n\n');
}

function fields({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const optional = required.includes(name) ? '' : ', optional';
    return `| \`${name}\` | ${typeOf(property)}${optional} | ${property.description ?? ''} |`;
  });
  return ['| field of `detail` | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function typeOf({ type, format, enum: words, anyOf }: JsonSchema): string {
  if (words) return words.map((word) => `\`${word}\``).join(', ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  return format ?? type ?? 'any';
}

function fenced(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
