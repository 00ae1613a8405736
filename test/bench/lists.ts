import { exportFigures, runExports } from './exporting.ts';
import type { Figure } from './figure.ts';
import { measureImports } from './importing.ts';
import { createRegistryCopies } from './registry-copies.ts';
import { openStand } from './stand.ts';

/** Lists, exports and imports with a small registry and with one of so many numbers. */
export async function measureLists(numbers: number, progress: (line: string) => void): Promise<Figure[]> {
  const stand = await openStand(progress);
  try {
    const registry = createRegistryCopies(stand.names);
    const small = Math.ceil(numbers / 10);
    progress(`Seeding ${small} numbers`);
    await registry.grow(small, progress);
    const smallExports = await runExports(stand, registry, progress);
    progress(`Seeding ${numbers} numbers`);
    await registry.grow(numbers, progress);
    const largeExports = await runExports(stand, registry, progress);
    const imports = await measureImports(stand, numbers, progress);
    return [...exportFigures(smallExports, largeExports), ...imports];
  } finally {
    await stand.close();
  }
}
