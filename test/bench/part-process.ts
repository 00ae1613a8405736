import { measureBundles } from './bundles.ts';
import { measureCosts } from './costs.ts';
import type { Figure } from './figure.ts';
import { measureLanes } from './lanes.ts';
import { measureLinear } from './linear.ts';
import { measureLists } from './lists.ts';
import { measureLookups } from './lookups.ts';
import type { PartMessage, PartName, PartOptions } from './part.ts';
import { measureStop } from './stop.ts';
import { measureTexts } from './texts.ts';
import { measureWaiting } from './waiting.ts';
import { measureWaking } from './waking.ts';

type Progress = (line: string) => void;

const parts: Readonly<Record<PartName, (options: PartOptions, progress: Progress) => Promise<Figure[]>>> = {
  texts: ({ leads }, progress) => measureTexts(leads, progress),
  waiting: ({ waiting }, progress) => measureWaiting(waiting, progress),
  waking: ({ woken }, progress) => measureWaking(woken, progress),
  lanes: ({ queued }, progress) => measureLanes(queued, progress),
  linear: ({ due }, progress) => measureLinear(due, progress),
  stop: (_, progress) => measureStop(progress),
  lookups: (_, progress) => measureLookups(progress),
  lists: (options, progress) => measureLists(options, progress),
  costs: (_, progress) => measureCosts(progress),
  bundles: (_, progress) => measureBundles(progress),
};

const tell = (message: PartMessage) => process.send?.(message);
const [name, options] = process.argv.slice(2);
const part = parts[name as PartName];
tell({ figures: await part(JSON.parse(options ?? '{}'), (line) => tell({ line })) });
process.disconnect();
process.exit(0);
