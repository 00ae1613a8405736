import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { createStage, type Stage } from './demo-stage.ts';

/** One scene of the story: what it shows, the promise it keeps, and what happened. */
interface Scene {
  readonly title: string;
  readonly promise: string;
  readonly play: (stage: Stage) => Promise<Outcome>;
}
interface Outcome {
  readonly happened: string;
  readonly why: string;
}

const SCENES: readonly Scene[] = [
  {
    title: 'A form with its checkbox ticked',
    promise: 'H4',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.submit('quote', number, { smsConsent: 'on' });
      const text = await stage.untilTexted(number);
      stage.expect(text.body.includes(stage.footer), 'the text ends with the footer (C6)');
      await stage.untilStatus(number, 'delivered');
      return { happened: 'texted and delivered', why: await stage.whyConsent(number) };
    },
  },
  {
    title: 'The same form, checkbox left empty',
    promise: 'H3, H4',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.submit('quote', number, { smsConsent: '' });
      const why = await stage.untilHeld(number, 'waitingForConsent');
      stage.expect((await stage.textsTo(number)).length === 0, 'nobody is texted without an opt-in');
      stage.remember('held', number);
      return { happened: 'lead kept, text held', why };
    },
  },
  {
    title: 'A form without a checkbox',
    promise: 'H5',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.submit('contact', number, {});
      await stage.untilTexted(number);
      return { happened: 'texted', why: await stage.whyConsent(number) };
    },
  },
  {
    title: 'The same submission three times',
    promise: 'X5',
    play: async (stage) => {
      const number = stage.newNumber();
      const id = `demo-${number}`;
      for (let times = 0; times < 3; times++) await stage.submit('contact', number, { submissionId: id });
      await stage.untilTexted(number);
      await stage.cycle();
      stage.expect((await stage.textsTo(number)).length === 1, 'three deliveries are one text');
      const { version } = await stage.consent(number);
      stage.expect(version === 1, 'three deliveries are one consent');
      return { happened: 'one lead, one consent, one text', why: 'the submission id was known' };
    },
  },
  {
    title: 'The held lead texts START',
    promise: 'H10',
    play: async (stage) => {
      const number = stage.recall('held');
      await stage.text(number, 'START');
      await stage.untilTexted(number);
      return { happened: 'the held text left', why: await stage.whyConsent(number) };
    },
  },
  {
    title: 'Require SMS opt-in is switched off',
    promise: 'H1, H2',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.submit('quote', number, {});
      await stage.untilHeld(number, 'waitingForConsent');
      await stage.requireOptIn(false);
      await stage.untilTexted(number);
      const { standing } = await stage.consent(number);
      stage.expect(standing === 'none', 'the setting records nobody (H11)');
      return {
        happened: 'who waited was texted',
        why: 'the setting is off and the number has not opted out',
      };
    },
  },
  {
    title: '... and on again',
    promise: 'H1, H11',
    play: async (stage) => {
      await stage.requireOptIn(true);
      const number = stage.newNumber();
      await stage.submit('quote', number, {});
      const why = await stage.untilHeld(number, 'waitingForConsent');
      return { happened: 'held from the next cycle', why };
    },
  },
  {
    title: 'STOP while a text is due',
    promise: 'S4, B6',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.submit('contact', number, {});
      await stage.text(number, 'STOP');
      // A text that was claimed before the STOP may still be on its way to the carrier.
      await stage.moment();
      const beforeStop = (await stage.textsTo(number)).length;
      await stage.cycle();
      await stage.cycle();
      stage.expect((await stage.textsTo(number)).length === beforeStop, 'nothing leaves after STOP');
      stage.remember('stopped', number);
      const { standing } = await stage.consent(number);
      stage.expect(standing === 'opted_out', 'STOP is recorded');
      return {
        happened: beforeStop === 0 ? 'text stopped' : 'STOP came after the text',
        why: await stage.whyConsent(number),
      };
    },
  },
  {
    title: 'The same number texts START again',
    promise: 'B6, S5',
    play: async (stage) => {
      const number = stage.recall('stopped');
      await stage.text(number, 'START');
      await stage.untilTexted(number);
      stage.expect((await stage.textsTo(number)).length === 1, 'the text leaves once');
      return { happened: 'the held text left, once', why: await stage.whyConsent(number) };
    },
  },
  {
    title: 'STOP from a stranger, then an old form',
    promise: 'X3',
    play: async (stage) => {
      const number = stage.newNumber();
      await stage.text(number, 'STOP');
      const yesterday = new Date(Date.now() - 86_400_000).toISOString();
      await stage.submit('quote', number, { smsConsent: true, submittedAt: yesterday });
      await stage.untilHeld(number, 'optedOut');
      const { standing, version } = await stage.consent(number);
      stage.expect(standing === 'opted_out' && version === 2, 'late news is kept and changes nothing');
      return { happened: 'both in the ledger, nobody texted', why: await stage.whyConsent(number) };
    },
  },
  {
    title: 'A webhook that Twilio did not sign',
    promise: 'bad input',
    play: async (stage) => {
      const number = stage.newNumber();
      const status = await stage.forge(number, 'START');
      stage.expect(status === 403, 'a forged webhook is refused');
      const { version } = await stage.consent(number);
      stage.expect(version === 0, 'a forged webhook leaves nothing behind');
      return { happened: 'refused with 403', why: 'the signature is not of this account' };
    },
  },
  {
    title: 'What other systems hear of it',
    promise: 'X8',
    play: async (stage) => {
      const number = stage.recall('stopped');
      await stage.untilPublished(number, 'sendgate.text.outcome.v1', 'delivered');
      const events = await stage.untilPublished(number, 'sendgate.consent.changed.v1', 'opted_out');
      const said = JSON.stringify(events);
      stage.expect(!said.includes(stage.footer), 'no event carries the words of a text');
      const outcomes = events.flatMap(({ detail }) => detail['status'] ?? []).join(', ');
      return { happened: `${events.length} events on the bus`, why: `outcomes published: ${outcomes}` };
    },
  },
  {
    title: 'Every ledger of the story',
    promise: 'X2',
    play: async (stage) => {
      const numbers = stage.numbers();
      for (const number of numbers)
        stage.expect(await stage.isVerified(number), `the ledger of ${number} verifies`);
      return {
        happened: `${numbers.length} ledgers verified`,
        why: 'every hash follows from the one before',
      };
    },
  },
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
let failed = 0;
try {
  await stage.requireOptIn(true);
  for (const [index, { title, promise, play }] of SCENES.entries()) {
    process.stdout.write(`${pc.dim(`${index + 1}/${SCENES.length}`)} ${title} ... `);
    try {
      const { happened, why } = await play(stage);
      console.log(pc.green('as promised'));
      table.push([pc.green('✓'), title, promise, happened, why]);
    } catch (error) {
      failed++;
      const says = error instanceof Error ? error.message : String(error);
      console.log(pc.red(says));
      table.push([pc.red('✗'), title, promise, pc.red('differs'), says]);
    }
  }
} finally {
  await stage.close();
}
console.log(table.toString());
console.log(
  failed === 0
    ? pc.green('Everything happened as promised.')
    : pc.red(`${failed} scenes differ from the promise.`),
);
process.exitCode = failed === 0 ? 0 : 1;
