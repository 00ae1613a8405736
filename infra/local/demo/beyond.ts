import type { Chapter } from './scene.ts';

/** Shows what none of the five products has. */
export const beyond: Chapter = {
  title: 'Beyond',
  settings: { confirmOptIns: false },
  scenes: [
    {
      title: 'Why, for a number',
      promise: 'X1',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        await stage.untilHeld(number, 'waitingForConsent');
        const { decision } = (await stage.admin(
          'GET',
          stage.numberPath(number, 'why?automation=welcome'),
        )) as {
          decision: { sentence: string; trace: unknown[] };
        };
        stage.expect(decision.trace.length > 3, 'every rule up to the one that decided');
        return { happened: `${decision.trace.length} rules consulted`, why: decision.sentence };
      },
    },
    {
      title: 'What a number’s consent was before',
      promise: 'X10',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        const at = new Date().toISOString();
        await stage.pause();
        await stage.sendText(number, 'STOP');
        const past = await stage.admin('GET', stage.numberPath(number, `consent?at=${at}`));
        const { status, words } = past['known'] as { status: string; words: string };
        stage.expect(status === 'opted_in', 'opted in at that moment');
        return { happened: 'opted in then, opted out now', why: words.slice(0, 120) };
      },
    },
    {
      title: 'A certificate for a lawyer',
      promise: 'X2',
      play: async (stage) => {
        const number = stage.numbers()[0] ?? '';
        const certificate = JSON.stringify(await stage.admin('GET', stage.numberPath(number, 'certificate')));
        stage.expect(certificate.includes('wordsShown'), 'it holds the words that were shown');
        return { happened: `${Math.round(certificate.length / 1024)} KiB of evidence`, why: 'verified' };
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
  ],
};
