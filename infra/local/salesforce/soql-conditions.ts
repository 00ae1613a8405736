import type { Condition, WhereClause } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from './errors.ts';

type FieldCondition = Condition & { readonly field: string };
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | FieldCondition;

/** Returns a record's value for a condition's field. */
type ValueIn = (condition: FieldCondition) => unknown;

/** Reads a WHERE clause once. @returns a function that tells whether a record satisfies it. */
export function matcherOf(where: WhereClause): (valueIn: ValueIn) => boolean {
  const tokens = tokensOf(where);
  const patterns = new Map<string, RegExp>();
  return (valueIn) => matches(tokens, valueIn, patterns);
}

function matches(tokens: readonly Token[], valueIn: ValueIn, patterns: Map<string, RegExp>): boolean {
  let at = 0;
  const next = () => tokens[at++];

  /** Evaluates conditions joined by one operator. Salesforce accepts AND beside OR only with parentheses. */
  function group(): boolean {
    let result = operand();
    let joined: string | undefined;
    while (tokens[at] === 'AND' || tokens[at] === 'OR') {
      const operator = next() as string;
      if (joined !== undefined && joined !== operator)
        throw malformedQuery(`unexpected token: '${operator}'`);
      joined = operator;
      const right = operand();
      result = operator === 'AND' ? result && right : result || right;
    }
    return result;
  }

  function operand(): boolean {
    const token = next();
    if (token === 'NOT') return !operand();
    if (token === '(') {
      const inside = group();
      if (next() !== ')') throw malformedQuery("expecting a right parentheses, found 'end of query'");
      return inside;
    }
    if (typeof token !== 'object') throw malformedQuery(`unexpected token: '${token ?? 'end of query'}'`);
    return holds(token, valueIn(token), patterns);
  }

  const result = group();
  if (at < tokens.length) throw malformedQuery('unexpected token');
  return result;
}

/** Turns the parser's chain of conditions into a list of parentheses, operators and conditions. */
function tokensOf(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  for (let clause: WhereClause | null | undefined = where; clause; ) {
    const left = clause.left as
      | (Partial<FieldCondition> & { openParen?: number; closeParen?: number })
      | null;
    for (let count = left?.openParen ?? 0; count > 0; count--) tokens.push('(');
    if (left?.field !== undefined) tokens.push(left as FieldCondition);
    for (let count = left?.closeParen ?? 0; count > 0; count--) tokens.push(')');
    if (!('operator' in clause) || !clause.operator) break;
    tokens.push(clause.operator as Token);
    clause = clause.right;
  }
  return tokens;
}

function holds(condition: FieldCondition, value: unknown, patterns: Map<string, RegExp>): boolean {
  const { operator, value: wanted } = condition as FieldCondition & {
    operator: string;
    value: string | string[];
  };
  const texts = [wanted].flat();
  const found = comparable(value);
  switch (operator.toUpperCase()) {
    case '=':
      return texts.some((text) => comparable(literal(text)) === found);
    case '!=':
      return texts.every((text) => comparable(literal(text)) !== found);
    case 'IN':
      return texts.some((text) => comparable(literal(text)) === found);
    case 'NOT IN':
      return texts.every((text) => comparable(literal(text)) !== found);
    case 'LIKE':
      return texts.some((text) => typeof value === 'string' && pattern(text, patterns).test(value));
    case '<':
      return value !== null && found < comparable(literal(texts[0] ?? ''));
    case '<=':
      return value !== null && found <= comparable(literal(texts[0] ?? ''));
    case '>':
      return value !== null && found > comparable(literal(texts[0] ?? ''));
    case '>=':
      return value !== null && found >= comparable(literal(texts[0] ?? ''));
    default:
      throw malformedQuery(`The stand-in does not know the operator ${operator}`);
  }
}

/** Makes a value comparable: texts compare without case, dates by their time. */
function comparable(value: unknown): string {
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return new Date(text).toISOString();
  return text.toLowerCase();
}

function literal(text: string): unknown {
  if (text.startsWith("'")) return unescaped(text.slice(1, -1));
  if (/^null$/i.test(text)) return null;
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}

/** Compiles a LIKE pattern: `%` is any text, `_` one character, both literal behind a backslash. */
function pattern(text: string, known: Map<string, RegExp>): RegExp {
  const before = known.get(text);
  if (before) return before;
  const source = [...text.slice(1, -1).matchAll(/\\(.)|([\s\S])/g)].map(([, escaped, plain]) => {
    if (escaped !== undefined) return quoted(ESCAPES[escaped] ?? escaped);
    if (plain === '%') return '[\\s\\S]*';
    return plain === '_' ? '[\\s\\S]' : quoted(plain ?? '');
  });
  const made = new RegExp(`^${source.join('')}$`, 'i');
  known.set(text, made);
  return made;
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
