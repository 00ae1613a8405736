import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { languages } from '../../../lib/revocation/rules/rule.ts';
import { labelledReplies, missesIn, type Part, parts, scoreOf } from './measure.ts';
import { revocationPage } from './page.ts';

const { values } = parseArgs({
  options: {
    /** Writes docs/revocation.md from the rules. */
    write: { type: 'boolean', default: false },
    /** Shows misses of the tuned part only, for tuning rules. */
    tuning: { type: 'boolean', default: false },
  },
});

if (values.write) {
  writeFileSync(new URL('../../../docs/revocation.md', import.meta.url), revocationPage());
  console.log('Wrote docs/revocation.md');
}

const PARTS: Readonly<Record<Part, string>> = {
  tuned: 'tuned on',
  heldOut: 'held out',
  unseen: 'unseen',
};
const all = labelledReplies();
const style = { head: [], border: [] };
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;

const scores = new Table({
  head: [
    'replies',
    'language',
    'all',
    'clear',
    'precision',
    'recall',
    'recall or doubtful',
    'right class of 3',
  ],
  style,
});
for (const part of parts) {
  for (const language of [undefined, ...languages]) {
    const replies = all.filter((reply) => reply.part === part && (!language || reply.language === language));
    const score = scoreOf(replies);
    scores.push([
      PARTS[part],
      language ?? 'all',
      score.replies,
      score.clear,
      `${percent(score.precision)} (${score.false} wrong)`,
      `${percent(score.recall)} (${score.clear - score.hits} missed)`,
      percent(score.recallWithDoubtful),
      percent(score.accuracy),
    ]);
  }
}
console.log(scores.toString());
console.log(pc.dim('precision and recall: of the class "clear", the one that opts out at once\n'));

const shown = all.filter(({ part }) => !values.tuning || part === 'tuned');
const misses = new Table({ head: ['part', 'language', 'label', 'read as', 'by rule', 'text'], style });
for (const { reply, reading } of missesIn(shown)) {
  misses.push([
    PARTS[reply.part],
    reply.language,
    reply.label,
    reading.automatic ? `${reading.class}, automatic` : reading.class,
    reading.matched?.rule ?? '',
    reply.text,
  ]);
}
console.log('Read otherwise than labelled:');
console.log(misses.toString());
