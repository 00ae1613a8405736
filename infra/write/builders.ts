import { readFileSync, writeFileSync } from 'node:fs';
import { builderSections, replaceBetweenMarkers } from './describe-builders.ts';

/** Writes the builders' presets into docs/forms.md (`npm run builders`). */
const file = new URL('../../docs/forms.md', import.meta.url);
writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), builderSections()));
