import type { Chapter } from './scene.ts';

/** Shows the main job: a form POST becomes a consented text, and STOP ends it (HeavySet's promises, and the backbone's own). */
export const mainJob: Chapter = {
  title: 'The main job',
  settings: { confirmOptIns: false, requireSmsOptIn: true },
  scenes: [
    {
      title: 'A form with its checkbox ticked',
      promise: 'H4',
      play: async (stage) => {
        const number = await stage.newNumber();
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
        const number = await stage.newNumber();
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
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        await stage.untilTexted(number);
        return { happened: 'texted', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'The same submission three times',
      promise: 'X5',
      play: async (stage) => {
        const number = await stage.newNumber();
        const id = `demo-${number}`;
        for (let times = 0; times < 3; times++) await stage.submit('contact', number, { submissionId: id });
        await stage.untilTexted(number);
        await stage.waitForCycle();
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
        await stage.sendText(number, 'START');
        await stage.untilTexted(number);
        return { happened: 'the held text left', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'Require SMS opt-in is switched off',
      promise: 'H1, H2',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        await stage.untilHeld(number, 'waitingForConsent');
        await stage.requireOptIn(false);
        await stage.untilTexted(number);
        const { status } = await stage.consent(number);
        stage.expect(status === 'none', 'the setting records nobody (H11)');
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
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        const why = await stage.untilHeld(number, 'waitingForConsent');
        return { happened: 'held from the next cycle', why };
      },
    },
    {
      title: 'STOP while a text is due',
      promise: 'S4, B6',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        await stage.sendText(number, 'STOP');
        // A text that was claimed before the STOP may still be on its way to the carrier.
        await stage.pause();
        const beforeStop = (await stage.textsTo(number)).length;
        await stage.waitForCycle();
        await stage.waitForCycle();
        stage.expect((await stage.textsTo(number)).length === beforeStop, 'nothing leaves after STOP');
        stage.remember('stopped', number);
        const { status } = await stage.consent(number);
        stage.expect(status === 'opted_out', 'STOP is recorded');
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
        await stage.sendText(number, 'START');
        await stage.untilTexted(number);
        stage.expect((await stage.textsTo(number)).length === 1, 'the text leaves once');
        return { happened: 'the held text left, once', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'STOP from a stranger, then an old form',
      promise: 'X3',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, 'STOP');
        const yesterday = new Date(Date.now() - 86_400_000).toISOString();
        await stage.submit('quote', number, { smsConsent: true, submittedAt: yesterday });
        await stage.untilHeld(number, 'optedOut');
        const { status, version } = await stage.consent(number);
        stage.expect(status === 'opted_out' && version === 2, 'late news is kept and changes nothing');
        return { happened: 'both in the ledger, nobody texted', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'A webhook that Twilio did not sign',
      promise: 'bad input',
      play: async (stage) => {
        const number = await stage.newNumber();
        const status = await stage.postForgedText(number, 'START');
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
  ],
};
