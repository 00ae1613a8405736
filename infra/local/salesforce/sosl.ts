import { SalesforceError } from './errors.ts';
import { fieldOf, type Org, type SalesforceRecord } from './org.ts';

const SEARCH = /^\s*FIND\s*\{(?<terms>[^}]+)\}\s+IN\s+PHONE\s+FIELDS\s+RETURNING\s+(?<returning>.+)$/is;

/**
 * Runs `FIND {...} IN PHONE FIELDS RETURNING Object(Fields), ...`. It searches phone-type fields only, split at punctuation,
 * as Salesforce's search index does.
 */
export function runSearch(org: Org, sosl: string, version: string): { searchRecords: object[] } {
  const { terms, returning } = SEARCH.exec(sosl)?.groups ?? {};
  if (terms === undefined || returning === undefined) {
    throw new SalesforceError(
      400,
      'MALFORMED_SEARCH',
      'The stand-in knows FIND {...} IN PHONE FIELDS RETURNING ...',
    );
  }
  const wanted = terms.split(/\s+OR\s+/i).map((term) => wordsOf(term.replace(/"/g, '')));
  const searchRecords = [...returning.matchAll(/(\w+)\s*(?:\(([^)]*)\))?/g)].flatMap(
    ([, object = '', fields = 'Id']) => {
      const definition = org.object(object);
      const phones = definition.fields.filter(({ type, hidden }) => type === 'phone' && !hidden);
      const isFound = (record: SalesforceRecord) =>
        phones.some(({ name }) =>
          wanted.some((words) => contains(wordsOf(String(record[name] ?? '')), words)),
        );
      return org
        .all(object)
        .filter(isFound)
        .map((record) => {
          const names = fields.split(',').map((name) => fieldOf(definition, name.trim())?.name ?? 'Id');
          const url = `/services/data/v${version}/sobjects/${definition.name}/${record.Id}`;
          return {
            attributes: { type: definition.name, url },
            ...Object.fromEntries(names.map((name) => [name, record[name] ?? null])),
          };
        });
    },
  );
  return { searchRecords };
}

function wordsOf(text: string): string[] {
  return text.split(/[^0-9a-z*]+/i).filter(Boolean);
}

function contains(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, start) =>
    wanted.every((word, index) => {
      const found = words[start + index] ?? '';
      return word.endsWith('*') ? found.startsWith(word.slice(0, -1)) : found === word;
    }),
  );
}
