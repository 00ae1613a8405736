import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MERGE_FIELDS, type MergeValues, render, templateSchema } from '../../../lib/messaging/template.ts';

const FOOTER = 'Reply STOP to opt-out of future text communications.';

function body(template: string, values: MergeValues = {}, footer = FOOTER): string {
  const rendered = render(template, values, footer);
  if (rendered.kind !== 'rendered') throw new Error(`not rendered: ${rendered.kind}`);
  return rendered.body;
}

function problem(template: string): string | undefined {
  return templateSchema.safeParse(template).error?.issues[0]?.message;
}

describe('the footer', () => {
  it('C6 ends every text, on a line of its own', () => {
    expect(body('Hi {{firstName}}!', { firstName: 'Ana' })).toBe(`Hi Ana!\n${FOOTER}`);
  });

  it.each([
    ['at the end', `Hello.\n${FOOTER}`],
    ['at the end, with space behind', `Hello. ${FOOTER}  \n`],
    ['in the middle', `${FOOTER}\nHello.`],
    ['twice', `Hello.\n${FOOTER}\n${FOOTER}`],
  ])('C6 stands once, though the template says it %s', (_, template) => {
    expect(body(template)).toBe(`Hello.\n${FOOTER}`);
  });

  it('C6 stands once, though a lead calls themselves by it', () => {
    expect(body('Hi {{firstName}}', { firstName: FOOTER })).toBe(`Hi\n${FOOTER}`);
  });

  it('is taken word for word', () => {
    expect(body('Hello', {}, 'STOP to end $& {{firstName}}')).toBe('Hello\nSTOP to end $& {{firstName}}');
  });
});

describe('merge fields', () => {
  it.each([
    ['{{firstName|there}}', {}, 'there'],
    ['{{ firstName | there }}', {}, 'there'],
    ['{{firstName|there}}', { firstName: ' \t ' }, 'there'],
    ['{{firstName|there}}', { firstName: 'Ana' }, 'Ana'],
    ['{{firstName}} {{lastName}}', { firstName: 'Ana', lastName: 'Ruiz' }, 'Ana Ruiz'],
    ['{{firstName}}', { firstName: '$1 $& $$' }, '$1 $& $$'],
    ['{{firstName}}', { firstName: '{{lastName}}' }, '{{lastName}}'],
  ])('%s with %o gives %s', (template, values, expected) => {
    expect(body(template, values)).toBe(`${expected}\n${FOOTER}`);
  });

  it.each([{}, { firstName: '' }, { firstName: undefined }, { firstName: '\u200b\n' }])(
    'a missing value without a default refuses the text and names the field: %o',
    (values) => {
      expect(render('Hi {{ firstName }}', values, FOOTER)).toEqual({
        kind: 'missingField',
        field: 'firstName',
      });
    },
  );

  it('an empty default is no default', () => {
    expect(render('Hi {{firstName|}}', {}, FOOTER)).toMatchObject({ kind: 'missingField' });
  });

  it('control characters, line breaks and half characters in a value become spaces', () => {
    const firstName = 'A\u0000n\r\na\u2028\ud83d \u202eX';
    expect(body('Hi {{firstName}}.', { firstName })).toBe(`Hi A n a X.\n${FOOTER}`);
  });

  it('a script tag is text like any other', () => {
    const firstName = '<script>alert(1)</script>';
    expect(body('Hi {{firstName}}', { firstName })).toBe(`Hi ${firstName}\n${FOOTER}`);
  });

  it('a long value is cut, never through an emoji', () => {
    const text = body('{{firstName}}', { firstName: `x${'😀'.repeat(200)}` });
    expect(text).toBe(`x${'😀'.repeat(99)}\n${FOOTER}`);
    expect(text.isWellFormed()).toBe(true);
  });

  it('a text longer than Twilio takes is refused with its length', () => {
    expect(render('x'.repeat(1600), {}, FOOTER)).toEqual({
      kind: 'tooLong',
      characters: 1601 + FOOTER.length,
    });
  });
});

describe('saving a template', () => {
  it.each(MERGE_FIELDS)('knows {{%s}}', (field) => {
    expect(problem(`Hi {{${field}}} and {{ ${field} | there }}`)).toBeUndefined();
  });

  it.each([
    ['Hi {{fristName}}', /\{\{fristName\}\}/],
    ['Hi {{firstname}}', /\{\{firstname\}\}/],
    ['Hi {{constructor}}', /\{\{constructor\}\}/],
    ['Hi {{}}', /Unknown merge field/],
    ['Hi {{firstName', /not closed/],
    ['Hi firstName}}', /not closed/],
    ['Hi {{{{firstName}}}}', /not closed/],
    ['Hi {{first{Name}}', /not closed/],
    ['  ', /needs a text/],
  ])('refuses %s and says why', (template, reason) => {
    expect(problem(template)).toMatch(reason);
  });

  it('takes single braces', () => {
    expect(problem('A {smile} for {{firstName|you}} :-}')).toBeUndefined();
  });

  it('answers at once, however hostile the text', () => {
    const started = performance.now();
    templateSchema.safeParse(`{{${' '.repeat(100_000)}x`);
    templateSchema.safeParse('{{a'.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('for every template that can be saved', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('{{', '}}', '{', '}', '|', FOOTER),
    fc.constantFrom(...MERGE_FIELDS).map((field) => `{{${field}}}`),
    fc.constantFrom(...MERGE_FIELDS).map((field) => `{{ ${field} |you}}`),
  );
  const templates = fc
    .array(piece, { maxLength: 8 })
    .map((pieces) => templateSchema.safeParse(pieces.join('')))
    .filter((parsed) => parsed.success)
    .map(({ data }) => data ?? '');
  // Braces in a lead's value are printed as they are. Here they would be mistaken for the template's.
  const value = fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[{}]/g, ''));
  const values = fc.record(
    Object.fromEntries(MERGE_FIELDS.map((field) => [field, fc.option(value, { nil: undefined })])),
  );

  it('C6 the text ends with the footer, has it once, and shows no merge field', () => {
    fc.assert(
      fc.property(templates, values, (template, given) => {
        const rendered = render(template, given as MergeValues, FOOTER);
        if (rendered.kind !== 'rendered') return;
        expect(rendered.body.endsWith(FOOTER)).toBe(true);
        expect(rendered.body.split(FOOTER)).toHaveLength(2);
        expect(rendered.body).not.toContain('{{');
        expect(rendered.body.length).toBeLessThanOrEqual(1600);
      }),
      { numRuns: 1000 },
    );
  });
});
