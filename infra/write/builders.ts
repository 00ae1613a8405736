import { readFileSync, writeFileSync } from 'node:fs';
import { builderSections, replaceBetweenMarkers, verificationTable } from './describe-builders.ts';

/** Writes what the builders' presets say into docs/forms.md and the README (`npm run builders`). */
for (const [name, generated] of [
  ['docs/forms.md', builderSections()],
  ['README.md', verificationTable()],
] as const) {
  const file = new URL(`../../${name}`, import.meta.url);
  writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), generated));
}
