import { Session } from 'node:inspector/promises';

/** Milliseconds of CPU time by the owner of the code that spent them. */
export type Profile = ReadonlyMap<Owner, number>;

/** Owners of code. `waiting` is no CPU time: the process waited for an engine's answer. */
export const OWNERS = ['sendgate', 'AWS SDK', 'other packages', 'Node and the system', 'collector'] as const;
export type Owner = (typeof OWNERS)[number] | 'bench' | 'waiting';

/** V8 takes a sample of the running code at this interval. */
const SAMPLING_INTERVAL_MICROSECONDS = 500;

/**
 * Runs `work` under V8's profiler. The profiler slows it, so timed work should not be profiled.
 *
 * @returns the self time of every function, summed up by owner.
 */
export async function profile(work: () => Promise<unknown>): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_MICROSECONDS });
  await session.post('Profiler.start');
  await work();
  const { profile: taken } = await session.post('Profiler.stop');
  session.disconnect();
  const owners = new Map(taken.nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const spent = new Map<Owner, number>();
  for (const [index, id] of (taken.samples ?? []).entries()) {
    const owner = owners.get(id) ?? 'Node and the system';
    // A sample stands for the time until the next one.
    const milliseconds = (taken.timeDeltas?.[index + 1] ?? 0) / 1000;
    spent.set(owner, (spent.get(owner) ?? 0) + milliseconds);
  }
  return spent;
}

function ownerOf({ functionName, url }: { functionName: string; url: string }): Owner {
  if (functionName === '(idle)') return 'waiting';
  if (functionName === '(garbage collector)') return 'collector';
  if (/node_modules\/@(aws-sdk|aws|smithy)\//.test(url)) return 'AWS SDK';
  if (url.includes('/node_modules/')) return 'other packages';
  if (url.includes('/test/bench/')) return 'bench';
  return url.startsWith('file:') ? 'sendgate' : 'Node and the system';
}
