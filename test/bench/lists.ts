import { loadAdmin } from './admin.ts';
import { startBenchOrganization } from './bench-organization.ts';
import { exportFigures, runExports } from './exporting.ts';
import type { Figure } from './figure.ts';
import { firstPageFigures, readFirstPages } from './first-pages.ts';
import { measureImports } from './importing.ts';
import { createOutreachCopies } from './outreach-copies.ts';
import type { PartOptions } from './part.ts';
import { createRegistryCopies } from './registry-copies.ts';

/** Measures lists, exports and imports with a small registry, then with a large one. */
export async function measureLists(
  { numbers, rows, formats }: Pick<PartOptions, 'numbers' | 'rows' | 'formats'>,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const admin = await loadAdmin();
    const registry = createRegistryCopies(bench.names);
    const outreach = createOutreachCopies(bench.names, registry, admin);
    await outreach.setUp();
    const measureAt = async (size: number) => {
      progress(`Seeding ${size} numbers`);
      await registry.grow(size, progress);
      await outreach.grow(size);
      progress(`First page of every list with ${size} numbers`);
      const pages = await readFirstPages(admin, size);
      return { pages, exports: await runExports(bench, registry, formats, progress) };
    };
    // Warm-up: code that has not run yet would slow down the first measurement, that of the small registry, only.
    await measureAt(500);
    const small = await measureAt(Math.ceil(numbers / 10));
    const large = await measureAt(numbers);
    const imports = await measureImports(bench, rows, progress);
    return [
      ...firstPageFigures(small.pages, large.pages),
      ...exportFigures(small.exports, large.exports),
      ...imports,
    ];
  } finally {
    await bench.close();
  }
}
