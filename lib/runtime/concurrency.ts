/**
 * Works on many items, `atOnce` of them at the same time. The next item starts when one is done.
 *
 * @returns the results in the order of the items.
 * @throws the first error of `work`. No further item starts after it; items in progress finish.
 */
export async function mapConcurrently<T, Result>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = items.entries();
  let hasFailed = false;
  async function takeItems(): Promise<void> {
    for (const [index, item] of pending) {
      if (hasFailed) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeItems));
  return results;
}
