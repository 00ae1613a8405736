import { type BuilderName, builderNames, builderOf } from '../../lib/forms/builders/index.ts';
import { type Proof, REPLAY_WINDOW_SECONDS } from '../../lib/forms/proof/proof.ts';

const ENCODINGS: Readonly<Record<string, string>> = {
  'application/json': 'JSON',
  'application/x-www-form-urlencoded': 'urlencoded',
  'multipart/form-data': 'multipart',
};

/** Describes a builder's proof of origin in one phrase. */
function describeProof(proof: Proof): string {
  switch (proof.scheme) {
    case 'secret': {
      const places = [
        proof.header && `header \`${proof.header}\``,
        proof.bodyField && `field \`${proof.bodyField}\``,
      ];
      return `the form's \`secret\`: ${[...places.filter(Boolean), 'header `x-sendgate-secret`', '`?secret=`'].join(', ')}`;
    }
    case 'hmac':
      return `\`signingSecret\`: ${proof.encoding} HMAC-SHA256 of the body in \`${proof.header}\``;
    case 'timestampedHmac':
      return `\`signingSecret\`: HMAC-SHA256 of timestamp and body in \`${proof.header}\`, ${REPLAY_WINDOW_SECONDS} s`;
    case 'jwt':
      return `\`signingSecret\`: JWT (HS256) over the body's SHA-256 in \`${proof.header}\``;
    case 'hubspot':
      return `\`signingSecret\`: \`x-hubspot-signature-v3\`, ${REPLAY_WINDOW_SECONDS} s`;
  }
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function section(name: BuilderName): string {
  const { title, setup, retries, unsigned, refusesCheckboxes } = builderOf(name);
  const steps = setup.map((step, index) => `${index + 1}. ${step}`);
  const notes = [unsigned, refusesCheckboxes, `Without a 2xx: ${retries}.`].filter(Boolean);
  return [`### ${title} (\`"builder": "${name}"\`)`, '', ...steps, '', notes.join(' ')].join('\n');
}

/** Renders the part of docs/forms.md that comes from the presets: two tables, and the setup of each builder. */
export function builderSections(): string {
  const table = builderNames.map((name) => {
    const { title, contentTypes, proof } = builderOf(name);
    const bodies = contentTypes.map((type) => ENCODINGS[type] ?? type).join(', ');
    return row(title, `\`${name}\``, bodies, describeProof(proof));
  });
  return [
    row('builder', '`builder`', 'body', 'proof of origin'),
    row('---', '---', '---', '---'),
    ...table,
    '',
    'Each preset was verified with this, signature included. The fixtures and their sources are in `test/fixtures/forms/README.md`.',
    '',
    verificationTable(),
    '',
    builderNames.map(section).join('\n\n'),
  ].join('\n');
}

/** Renders the table of the material with which each preset was verified. */
function verificationTable(): string {
  const rows = builderNames.map((name) => {
    const { title, verifiedWith } = builderOf(name);
    return row(title, verifiedWith);
  });
  return [row('builder', 'verified with'), row('---', '---'), ...rows].join('\n');
}

/** Replaces the text between a document's markers. @throws Error when the document has none. */
export function replaceBetweenMarkers(document: string, generated: string): string {
  const parts = /^([\s\S]*<!-- builders: [^>]*-->\n)[\s\S]*?(<!-- \/builders -->[\s\S]*)$/.exec(document);
  if (!parts) throw new Error('The document has no <!-- builders --> markers');
  return `${parts[1]}\n${generated}\n\n${parts[2]}`;
}
