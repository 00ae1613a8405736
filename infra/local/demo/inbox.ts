import type { Chapter } from './scene.ts';

/** Shows agents' texts, and what an inbox may not do (Twilio for Salesforce's one-to-one promises, 17hats' status page). */
export const inbox: Chapter = {
  title: 'The inbox',
  settings: { confirmOptIns: false, requireOptInForOneToOne: true },
  scenes: [
    {
      title: 'An agent is told why a text is blocked',
      promise: 'T8',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('quote', number, {});
        const refused = await stage.requestAdmin('POST', stage.numberPath(number, 'messages'), {
          body: 'Hello',
        });
        stage.expect(refused.status === 409 && refused.json['code'] === 'noOptIn', 'no opt-in, no text');
        return { happened: 'refused', why: String(refused.json['detail']) };
      },
    },
    {
      title: 'A conversation is read and filed',
      promise: 'B5',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, 'Do you do bay windows?');
        const { conversation } = (await stage.admin('GET', stage.numberPath(number, 'conversation'))) as {
          conversation: { unread: number };
        };
        stage.expect(conversation.unread === 1, 'it is unread');
        const change = { read: true, project: 'Bay windows' };
        await stage.admin('PATCH', stage.numberPath(number, 'conversation'), change);
        const { json } = await stage.requestAdmin('GET', '/conversations?project=Bay%20windows');
        stage.expect(JSON.stringify(json).includes(number), 'it is in its project');
        return { happened: 'read and filed', why: 'project Bay windows' };
      },
    },
    {
      title: 'A doubtful text waits for a person',
      promise: 'X7',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.submit('contact', number, {});
        await stage.sendText(number, 'wrong number');
        const { json } = await stage.requestAdmin('GET', '/conversations?review=true&limit=100');
        stage.expect(JSON.stringify(json).includes(number), 'it stands on the list of those to decide');
        await stage.admin('PATCH', stage.numberPath(number, 'conversation'), { decision: 'optOut' });
        const { status } = await stage.consent(number);
        stage.expect(status === 'opted_out', 'the person decided that it is an opt-out');
        return { happened: 'decided by a person', why: await stage.whyConsent(number) };
      },
    },
    {
      title: 'A revocation in the person’s own words',
      promise: 'X7, B3',
      play: async (stage) => {
        const number = await stage.newNumber();
        await stage.sendText(number, 'please stop texting me');
        await stage.untilTextedWith(number, 'you are opted out');
        const { status } = await stage.consent(number);
        stage.expect(status === 'opted_out', 'it opts out, though the carrier does not catch it');
        return { happened: 'opted out, and told so once', why: await stage.whyConsent(number) };
      },
    },
  ],
};
