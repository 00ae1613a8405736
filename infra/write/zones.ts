import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { numberZones } from './number-zones.ts';

const target = resolve(import.meta.dirname, '../../lib/phone/number-zones.ts');
writeFileSync(target, numberZones());
console.log(`Wrote ${target}`);
