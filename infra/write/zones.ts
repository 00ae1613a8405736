import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderNumberZones } from './number-zones.ts';

const target = resolve(import.meta.dirname, '../../lib/phone/number-zones.ts');
writeFileSync(target, renderNumberZones());
console.log(`Wrote ${target}`);
