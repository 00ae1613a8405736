import { writeFileSync } from 'node:fs';
import { bundledPackages, licencesPage } from './bundled.ts';

writeFileSync(new URL('../../docs/licences.md', import.meta.url), licencesPage(await bundledPackages()));
process.stdout.write('Wrote docs/licences.md\n');
