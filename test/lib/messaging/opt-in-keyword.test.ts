import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keywordIn, keywordWordSchema, whyNotKeyword } from '../../../lib/messaging/opt-in-keyword.ts';

describe('a message is a keyword', () => {
  test.each([
    ['DONATE2022', 'DONATE2022'],
    ['donate2022', 'DONATE2022'],
    ['donate 2022!', 'DONATE2022'],
    ['  Donate\n2022 . ', 'DONATE2022'],
    ['roof?!', 'ROOF'],
    ['roof 👍', 'ROOF'],
    ['Ｒｏｏｆ', 'ROOF'],
    ['techo nuevo…', 'TECHONUEVO'],
    ['cañón', 'CAÑÓN'],
  ])('T2 "%s" is %s', (message, word) => {
    expect(keywordIn(message)).toBe(word);
  });

  test.each(['roof please', 'my roof', 'roof-ing', 'the ROOF leaks', '"roof', '#roof', 'r.o.o.f'])(
    'T2 "%s" is more than the keyword ROOF',
    (message) => {
      expect(keywordIn(message)).not.toBe('ROOF');
    },
  );

  const keyword = fc.stringMatching(/^[A-Z]{3,20}[0-9]{0,4}$/);
  const spaces = fc.stringMatching(/^[ \t\n]{0,3}$/);
  const trailing = fc.stringMatching(/^[ .,!?;:)\]"'…-]{0,5}$/);

  test('T2 regardless of case, spaces and trailing punctuation', () => {
    void fc.assert(
      fc.property(keyword, fc.func(fc.boolean()), spaces, trailing, (word, isLower, space, end) => {
        const typed = [...word].map((c, i) => (isLower(i) ? c.toLowerCase() : c)).join(space.slice(0, 1));
        return keywordIn(`${space}${typed}${end}`) === word;
      }),
    );
  });

  test('T2 a word inside a message is no keyword, and what is read once is read the same again', () => {
    void fc.assert(
      fc.property(keyword, keyword, fc.string(), (word, other, any) => {
        const read = keywordIn(any);
        return keywordIn(`${other} ${word}`) !== word && keywordIn(read) === read;
      }),
    );
  });
});

describe('a word that may be a keyword', () => {
  test.each(['ROOF', 'DONATE2022', 'SIDING', 'windows24', 'TECHO', 'cañón', 'SAVE25'])('T1 %s', (word) => {
    expect(whyNotKeyword(word)).toBeUndefined();
  });

  test.each([
    ['yes', /reserved/],
    ['Yes!', /reserved/],
    ['STOP', /reserved/],
    ['stop all', /reserved/],
    ['Unsubscribe', /reserved/],
    ['cancel', /reserved/],
    ['START', /reserved/],
    ['unstop', /reserved/],
    ['optin', /reserved/],
    ['OPT IN', /reserved/],
    ['help', /reserved/],
    ['INFO', /reserved/],
    ['ALTO', /reserved/],
    ['arrêt', /reserved/],
    ['remove', /reserved/],
    ['spam', /reserved/],
    ['yep', /common reply/],
    ['Okay', /common reply/],
    ['okayyyy', /common reply/],
    ['hello', /common reply/],
    ['Thank you', /common reply/],
    ['gracias', /common reply/],
    ['mañana', /common reply/],
    ['Perfecto.', /common reply/],
    ['si', /at least 3 letters/],
    ['sí', /at least 3 letters/],
    ['ok', /at least 3 letters/],
    ['A', /at least 3 letters/],
    ['A1', /at least 3 letters/],
    ['B2024', /at least 3 letters/],
    ['2024', /digits only/],
    ['٣٤٥', /digits only/],
    ['A'.repeat(31), /at most 30/],
    ['a b '.repeat(40), /at most 30/],
    ['ROOF-2024', /letters/],
    ['ROOF$', undefined],
    ['$ROOF', /letters/],
    ['', /letters/],
    ['!!!', /letters/],
    ['🏠', /letters/],
  ] as const)('T1 "%s" is refused, or not, with the reason %s', (word, reason) => {
    const why = whyNotKeyword(word);
    if (reason) expect(why).toMatch(reason);
    else expect(why).toBeUndefined();
  });

  test('T1 the reason does not depend on how a word is typed, and is a sentence that says what to do', () => {
    const words = fc.oneof(
      fc.string({ maxLength: 29 }),
      fc.constantFrom('yes', 'gracias', 'stop', 'roof', 'hola'),
    );
    void fc.assert(
      fc.property(words, (word) => {
        const [why, typedOtherwise] = [whyNotKeyword(word), whyNotKeyword(` ${word.toUpperCase()} `)];
        return (
          (why === undefined) === (typedOtherwise === undefined) && (why === undefined || /^.+\.$/s.test(why))
        );
      }),
    );
  });

  test('T1 every accepted keyword is matched by its own text', () => {
    void fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (word) => {
        if (whyNotKeyword(word) !== undefined) return true;
        return /^[\p{L}\p{M}\p{N}]{3,30}$/u.test(keywordIn(word));
      }),
    );
  });

  test('T1 the schema stores the word as it is matched, and tells the reason of a refusal', () => {
    expect(keywordWordSchema.parse(' roof 2026! ')).toBe('ROOF2026');
    const refused = keywordWordSchema.safeParse('yes');
    expect(refused.error?.issues.map(({ message }) => message)).toEqual([whyNotKeyword('yes')]);
  });
});
