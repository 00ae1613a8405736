/** Text that is HTML already. Everything else is escaped where it is put into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/**
 * A piece of a page. What is put into it is escaped, unless it is a piece itself, so that nothing a person wrote can run
 * or change the page. Attributes must be quoted in the template.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = template.map(
    (piece, index) => `${piece}${index < parts.length ? rendered(parts[index]) : ''}`,
  );
  return new Html(text.join(''));
}
