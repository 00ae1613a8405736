/** A section of a page: its path, a comma or bracket, and its title in quotation marks. */
export interface CitedSection {
  readonly page: string;
  readonly title: string;
}

/** A relative link of a page. */
export interface Link {
  /** Empty for a link within the page. */
  readonly target: string;
  readonly anchor: string | undefined;
}

/**
 * Takes what people read out of a file: a page without the labels of its links, whose targets have a test of their own; code by
 * its comments, each comment on one line.
 */
export function proseOf(path: string, text: string): string {
  if (path.endsWith('.md')) return text.replace(/\[[^\]\n]*\](?=\()/g, '');
  const comments = text.match(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/.*$/gm) ?? [];
  return comments.map((comment) => comment.replace(/\s*\n\s*\*?\s*/g, ' ')).join('\n');
}

const PLACEHOLDER = /[<…]|\.\.\./;

/** Finds the paths of this repository that a text cites. What follows a placeholder such as `<name>` is left out. */
export function citedPaths(text: string): string[] {
  const cited = text.matchAll(/(?<![\w./@:-])(?:lib|functions|infra|test|docs)\/[\w./<>*{},-]+/g);
  return [...cited].map(([path]) => {
    const [known = ''] = path.split(PLACEHOLDER);
    const whole = known === path ? path : known.slice(0, known.lastIndexOf('/') + 1);
    return whole.replace(/[.,}]+$/, (end) => (whole.includes('{') && end.includes('}') ? '}' : ''));
  });
}

/** Finds the sections that a text cites by their titles, also where a comment breaks its lines. */
export function citedSections(text: string): CitedSection[] {
  const lines = text.replace(/\n\s*(\*|\/\/)?\s*/g, ' ');
  return [...lines.matchAll(/(docs\/[\w/-]+\.md)\\?`?(?:,| \(|:) ?\\?"([^"\\]+)\\?"/g)].map(
    ([, page = '', title = '']) => ({ page, title }),
  );
}

/** Reads a page's headings, and the anchors that GitHub makes of them. */
export function headingsOf(page: string): { readonly titles: Set<string>; readonly anchors: Set<string> } {
  const titles = [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.trim());
  const anchors = titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return { titles: new Set(titles), anchors: new Set(anchors) };
}

/** Finds a page's relative links. */
export function linksIn(page: string): Link[] {
  const targets = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((whole) => {
      const [target = '', anchor] = whole.split('#');
      return { target, anchor };
    });
}

/** Finds the npm scripts that a text names: `npm run bench:faults`, `npm start`, `npm test`. */
export function scriptsIn(text: string): string[] {
  const run = [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z-]+(?::[a-z-]+)*)/g)].map(
    ([, name = '']) => name,
  );
  const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name);
  return [...run, ...short];
}

function withoutCode(page: string): string {
  return page
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()#]/g, ' '));
}
