import { randomUUID } from 'node:crypto';
import type { Chapter } from './scene.ts';

const WORD = 'VOLUNTEER';

/** Shows keywords and campaigns (Twilio for Salesforce's promises). */
export const keywords: Chapter = {
  title: 'Keywords and campaigns',
  settings: { confirmOptIns: true },
  scenes: [
    {
      title: 'A keyword that people send by accident',
      promise: 'T1',
      play: async (stage) => {
        const refused = await stage.requestAdmin('PUT', '/keywords/YES', {});
        stage.expect(refused.status === 422, '"yes" is no keyword');
        await stage.admin('PUT', `/keywords/${WORD}`, { description: 'Helps at the open day' });
        const said = JSON.stringify(refused.json['errors'] ?? refused.json['detail']);
        return { happened: `YES refused, ${WORD} made`, why: said.slice(0, 160) };
      },
    },
    {
      title: 'Somebody texts it',
      promise: 'T2, B3',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, ' volunteer! ');
        await stage.untilTextedWith(number, 'opted in');
        stage.remember('volunteer', number);
        return { happened: 'opted in, and told so once', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'A campaign takes them in and reaches them alone',
      promise: 'T5, T6, T7',
      play: async (stage) => {
        const volunteer = stage.recall('volunteer');
        const other = await stage.newNumber();
        await stage.submit('contact', other, {});
        const id = `open-day-${randomUUID().slice(0, 8)}`;
        await stage.admin('PUT', `/campaigns/${id}`, { id, name: 'Open day', keyword: WORD });
        await stage.admin('POST', `/campaigns/${id}/members/from-opt-ins`);
        const otherLead = await stage.until('the lead', () => stage.lead(other));
        await stage.admin('POST', `/campaigns/${id}/members`, { leads: [otherLead['id']] });
        await stage.until('both members', async () => {
          const { json } = await stage.requestAdmin('GET', `/campaigns/${id}/members`);
          const members = JSON.stringify(json['members']);
          return [volunteer, other].every((number) => members.includes(number)) || undefined;
        });
        const template = 'Hello from {{organizationName}}: the open day is on Saturday.';
        const deliverability = await stage.admin('POST', `/campaigns/${id}/deliverability`, { template });
        await stage.admin('POST', `/campaigns/${id}/broadcasts`, { template });
        await stage.untilTextedWith(volunteer, 'the open day');
        const why = await stage.until('a hold', async () => {
          const found = await stage.lead(other);
          const enrollments = (found?.['enrollments'] ?? []) as Record<string, unknown>[];
          const held = enrollments.find(({ reason }) => reason === 'waitingForKeyword');
          return held && String(held['sentence']);
        });
        const told = (await stage.textsTo(other)).some(({ body }) => body.includes('the open day'));
        stage.expect(!told, 'who never texted the keyword gets nothing');
        stage.expect(
          JSON.stringify(deliverability).includes('waitingForKeyword'),
          'the deliverability said so before',
        );
        return { happened: 'one texted, one held', why };
      },
    },
  ],
};
