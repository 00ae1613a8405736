/** A text that is HTML already. `html` escapes everything else. */
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
 * Writes a piece of a page. Escapes every part that is no Html itself, so that a person's text can neither run nor change the page.
 * Attributes must be quoted in the template.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = template.map(
    (piece, index) => `${piece}${index < parts.length ? rendered(parts[index]) : ''}`,
  );
  return new Html(text.join(''));
}
