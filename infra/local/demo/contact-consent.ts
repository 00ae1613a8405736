import type { Chapter } from './scene.ts';

/** Shows consent per contact, by hand and by text, and why a text did not arrive (SalesExec's promises). */
export const contactConsent: Chapter = {
  title: 'Consent of each contact',
  settings: { confirmOptIns: false },
  scenes: [
    {
      title: 'An opt-in by hand, without and with its proof',
      promise: 'S6, H10',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        await stage.untilHeld(number, 'waitingForConsent');
        const refused = await stage.requestAdmin('POST', stage.numberPath(number, 'opt-in'), {
          method: 'phone',
        });
        stage.expect(refused.status === 422, 'an opt-in without proof is refused');
        await stage.admin('POST', stage.numberPath(number, 'opt-in'), {
          method: 'by phone',
          date: new Date().toISOString(),
          proof: 'recording 2026/311',
          wording: 'May we text you about your windows?',
        });
        await stage.untilTexted(number);
        return { happened: 'refused, then recorded and texted', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'A text that the carrier refuses',
      promise: 'S8, X9',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, 'STOP');
        // Consent from the web lifts our opt-out; START alone lifts Twilio's block.
        await stage.submit('quote', number, { smsConsent: 'on' });
        const why = await stage.untilHeld(number, 'carrierBlocked');
        return { happened: 'held, and not tried', why };
      },
    },
    {
      title: 'Who has opted out',
      promise: 'S7, C7',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, 'STOP');
        const path = `/do-not-contact?prefix=${encodeURIComponent(number)}`;
        const listed = await stage.until('the entry', async () => {
          const { numbers } = (await stage.admin('GET', path)) as { numbers: Record<string, unknown>[] };
          return numbers[0];
        });
        const { status, changedAt } = listed;
        return { happened: 'found by its number', why: `${status} since ${changedAt}` };
      },
    },
  ],
};
