import type { Chapter } from './scene.ts';

const FORM = {
  id: 'survey',
  name: 'Survey with the opt-in question',
  optInQuestion: { required: true },
  automations: ['welcome'],
};

/** Shows the opt-in question and its confirmation (17hats' promises). */
export const question: Chapter = {
  title: 'The opt-in question',
  settings: { confirmOptIns: true },
  scenes: [
    {
      title: 'Yes is confirmed before anything else is sent',
      promise: 'B1, B3',
      play: async (stage) => {
        await stage.admin('PUT', `/forms/${FORM.id}`, FORM);
        const number = await stage.newNumber();
        await stage.answerQuestion(FORM.id, number, 'yes');
        await stage.untilTextedWith(number, 'thanks for asking');
        const [first] = await stage.textsTo(number);
        stage.expect(first?.body.includes('you are opted in') === true, 'the confirmation came first');
        stage.remember('survey', number);
        return { happened: 'confirmed, then texted', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'No opts out, and a later Yes opts in again',
      promise: 'B7',
      play: async (stage) => {
        const number = stage.recall('survey');
        await stage.answerQuestion(FORM.id, number, 'no');
        const before = await stage.consent(number);
        stage.expect(before['status'] === 'opted_out', 'No opts out');
        await stage.answerQuestion(FORM.id, number, 'yes');
        const after = await stage.consent(number);
        stage.expect(after['status'] === 'opted_in', 'Yes opts in again');
        return { happened: 'out, and in again', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'The new number of a lead has to opt in by itself',
      promise: 'B2, T3',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        const lead = await stage.until('the lead', () => stage.lead(number));
        const next = await stage.newNumber();
        const moved = await stage.admin('PATCH', `/leads/${lead['id']}`, { number: next });
        const { status } = moved['consent'] as { status: string };
        stage.expect(status === 'none', 'the new number starts with nothing');
        return { happened: 'nothing is known of it', why: 'consent belongs to the exact number' };
      },
    },
  ],
};
