import { createHash } from 'node:crypto';
import { Html, html } from '../../../lib/http/html.ts';
import type { HttpAnswer } from '../../../lib/runtime/problem.ts';

const STYLE = `
.sendgate{box-sizing:border-box;max-width:34rem;font:1rem/1.5 system-ui,sans-serif;color:#1d2329}
.sendgate *{box-sizing:border-box}
.sendgate h1{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem}
.sendgate p{margin:0 0 1rem}
.sendgate fieldset{border:1px solid #8a949e;border-radius:.5rem;margin:0 0 1rem;padding:1rem 1.25rem}
.sendgate legend{float:left;width:100%;font-weight:600;padding:0;margin:0 0 .75rem}
.sendgate legend+*{clear:both}
.sendgate label{display:block}
.sendgate .choices{display:flex;gap:1.5rem;margin:0 0 1rem}
.sendgate .choices label{padding:.375rem 0}
.sendgate input[type=radio]{width:1.125rem;height:1.125rem;margin:0 .5rem 0 0;vertical-align:-.125rem}
.sendgate .phone{margin:0 0 1rem}
.sendgate input[type=tel]{font:inherit;width:100%;max-width:18rem;margin:.25rem 0 0;padding:.5rem .625rem;border:1px solid #6b7680;border-radius:.375rem;background:#fff;color:inherit}
.sendgate .note{color:#4a545e;font-size:.875rem}
.sendgate fieldset .note:last-child{margin:0}
.sendgate button{font:inherit;font-weight:600;padding:.5rem 1.5rem;border:0;border-radius:.375rem;background:#1d2329;color:#fff;cursor:pointer}
.sendgate :focus-visible{outline:3px solid #3b6fd4;outline-offset:2px}
.sendgate .problem{border-left:4px solid #b3261e;padding:.25rem 0 .25rem .875rem;margin:0 0 1rem}
.sendgate .problem p{margin:0}
.sendgate [hidden]{display:none}
`.trim();

/** Holds the style of every snippet and page. Its rules match only elements within `.sendgate`. */
export const styleTag = html`<style>${new Html(STYLE)}</style>`;

/** Renders a whole page around some HTML. */
export function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>body{margin:0;padding:2rem 1rem;background:#fff}main{margin:0 auto;max-width:34rem}</style>
${styleTag}
</head>
<body>
<main class="sendgate">
${content}
</main>
</body>
</html>
`;
}

/** Returns the content security policy's source for an inline script: the SHA-256 of its exact text. */
export function scriptHash(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/**
 * Creates an answer in HTML. Its policy lets only the given scripts run, and loads nothing.
 *
 * @param scripts the texts of the inline scripts.
 * @param formTarget the origin that forms on the page may post to.
 */
export function htmlAnswer(
  status: number,
  body: Html,
  { scripts = [], formTarget = '' }: { scripts?: readonly string[]; formTarget?: string } = {},
): HttpAnswer {
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src ${scripts.map(scriptHash).join(' ') || "'none'"}`,
    `form-action 'self' ${formTarget}`.trim(),
    "base-uri 'none'",
  ];
  return {
    statusCode: status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    },
    body: body.text,
  };
}

/** Tells a browser from a program: its `Accept` names text/html, and not JSON before it. */
export function prefersHtml(accept: string | undefined): boolean {
  const types = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((type) => type.split(';')[0]?.trim());
  const html = types.indexOf('text/html');
  const json = types.indexOf('application/json');
  return html >= 0 && (json < 0 || html < json);
}
