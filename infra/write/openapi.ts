import { writeFileSync } from 'node:fs';
import { descriptions } from '../../functions/admin-api/admin-api.ts';
import { openApiDocument } from '../../functions/admin-api/openapi.ts';

const file = new URL('../../docs/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(descriptions), null, 2)}\n`);
console.log('Wrote docs/openapi.json');
