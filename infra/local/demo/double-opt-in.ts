import type { Chapter } from './scene.ts';

const ASKS = 'Reply START';
const GREETS = 'thanks for asking';

/** Shows double opt-in: the opt-in template goes first, and START releases the held text (ClickPoint's promises). */
export const doubleOptIn: Chapter = {
  title: 'Double opt-in',
  settings: { confirmOptIns: false, doubleOptIn: 'perNumber' },
  scenes: [
    {
      title: 'The first text to a new lead is the template',
      promise: 'C1, C2',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        await stage.untilTextedWith(number, ASKS);
        const why = await stage.untilHeld(number, 'waitingForStart');
        const { templateStatus } = await stage.consent(number);
        stage.expect(templateStatus === 'Sent', 'its status is Sent (C5)');
        stage.remember('asked', number);
        return { happened: 'asked, and the original is held', why };
      },
    },
    {
      title: 'START releases the original',
      promise: 'C3, C5',
      play: async (stage) => {
        const number = stage.recall('asked');
        await stage.sendText(number, 'START');
        await stage.untilTextedWith(number, GREETS);
        await stage.waitForCycle();
        const greetings = (await stage.textsTo(number)).filter(({ body }) => body.includes(GREETS));
        stage.expect(greetings.length === 1, 'it is sent once');
        const { templateStatus } = await stage.consent(number);
        stage.expect(templateStatus === 'Accepted', 'its status is Accepted');
        return { happened: 'the original left, once', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'STOP rejects the template',
      promise: 'C3, C5',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        await stage.untilTextedWith(number, ASKS);
        await stage.sendText(number, 'STOP');
        const dropped = await stage.untilStatus(number, 'dropped');
        stage.expect((await stage.textsTo(number)).length === 1, 'nothing but the template left');
        return { happened: 'the original is dropped', why: String(dropped['sentence']) };
      },
    },
    {
      title: "An agent's first text waits as well",
      promise: 'C2, H12',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        const answer = await stage.admin('POST', stage.numberPath(number, 'messages'), {
          body: 'Hi, Ada here.',
        });
        stage.expect(answer['status'] === 'held', 'the agent is told that it waits');
        await stage.untilTextedWith(number, ASKS);
        await stage.sendText(number, 'START');
        await stage.untilTextedWith(number, 'Ada here');
        return { happened: 'asked first, then sent', why: String(answer['sentence']) };
      },
    },
  ],
};
