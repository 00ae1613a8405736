const MEBIBYTE = 2 ** 20;

/** Watches the largest heap in use, in MiB. It reads right after collections, so that garbage is not counted. */
export function watchHeap(): { stop: () => void; peak: () => number } {
  let largest = 0;
  const measure = () => {
    globalThis.gc?.();
    largest = Math.max(largest, process.memoryUsage().heapUsed);
  };
  measure();
  const timer = setInterval(measure, 1000);
  return { stop: () => clearInterval(timer), peak: () => largest / MEBIBYTE };
}
