import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { beyond } from './demo/beyond.ts';
import { contactConsent } from './demo/contact-consent.ts';
import { doubleOptIn } from './demo/double-opt-in.ts';
import { inbox } from './demo/inbox.ts';
import { keywords } from './demo/keywords.ts';
import { mainJob } from './demo/main-job.ts';
import { question } from './demo/question.ts';
import type { Chapter, Scene } from './demo/scene.ts';
import { createStage, type Stage } from './demo/stage.ts';

const CHAPTERS: readonly Chapter[] = [
  mainJob,
  contactConsent,
  doubleOptIn,
  inbox,
  keywords,
  question,
  beyond,
];

const { values } = parseArgs({ options: { state: { type: 'string', default: '.sendgate' } } });

console.log('Getting an organization ready ...');
const stage = await createStage(values);
console.log(`The story plays on ${stage.place}.`);
const table = new Table({
  head: ['', 'what', 'promise', 'what happened', 'why'],
  colWidths: [3, 30, 10, 30, 56],
  wordWrap: true,
  style: { head: [], border: [] },
});
const ownSettings = await stage.currentSettings();
const total = CHAPTERS.reduce((sum, { scenes }) => sum + scenes.length, 0);
let number = 0;
let failed = 0;
// Ctrl-C in the middle of a chapter puts the instance's own settings back.
process.once('SIGINT', () => void end().finally(() => process.exit(130)));
try {
  for (const chapter of CHAPTERS) {
    console.log(pc.bold(chapter.title));
    table.push([{ colSpan: 5, content: pc.bold(chapter.title) }]);
    await stage.changeSettings({ ...changeableOf(ownSettings), reOptIn: 'web', ...chapter.settings });
    for (const scene of chapter.scenes) await show(scene, stage);
  }
} finally {
  await end();
}
console.log(table.toString());
console.log(
  failed === 0
    ? pc.green('Everything happened as promised.')
    : pc.red(`${failed} scenes differ from the promise.`),
);
process.exitCode = failed === 0 ? 0 : 1;

async function end(): Promise<void> {
  await stage.changeSettings(changeableOf(ownSettings));
  await stage.close();
}

/** Picks the settings that chapters change, so that the demo can put the instance's own values back. */
function changeableOf(settings: Record<string, unknown>): Record<string, unknown> {
  const { requireSmsOptIn, doubleOptIn, confirmOptIns, requireOptInForOneToOne, reOptIn } = settings;
  return { requireSmsOptIn, doubleOptIn, confirmOptIns, requireOptInForOneToOne, reOptIn };
}

async function show({ title, promise, play }: Scene, on: Stage): Promise<void> {
  number++;
  process.stdout.write(`${pc.dim(`${number}/${total}`)} ${title} ... `);
  try {
    const { happened, why } = await play(on);
    console.log(pc.green('as promised'));
    table.push([pc.green('✓'), title, promise, happened, why]);
  } catch (error) {
    failed++;
    const says = error instanceof Error ? error.message : String(error);
    console.log(pc.red(says));
    table.push([pc.red('✗'), title, promise, pc.red('differs'), says]);
  }
}
