const MEBIBYTE = 2 ** 20;

/** The most that is alive meanwhile, in MiB: read right after collections, since what waits to be collected says nothing. */
export function watchHeap(): { stop: () => void; peak: () => number } {
  let most = 0;
  const look = () => {
    globalThis.gc?.();
    most = Math.max(most, process.memoryUsage().heapUsed);
  };
  look();
  const timer = setInterval(look, 1000);
  return { stop: () => clearInterval(timer), peak: () => most / MEBIBYTE };
}
