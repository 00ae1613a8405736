import { expect, test } from 'vitest';
import {
  emptyConversation,
  withHandling,
  withReceivedText,
} from '../../../lib/conversations/conversation.ts';

const AT = '2026-06-01T18:00:00.000Z';
const review = (messageSid: string) => ({ messageSid, since: AT, rule: 'wrong-number' });
const decision = { decision: 'noOptOut', by: 'ada', at: AT, messageSid: 'SM1' } as const;

test('X7 a decision on one text says nothing of a later one that came while it was made', () => {
  const asked = withReceivedText(
    emptyConversation('+13035550142', new Date(AT)),
    { body: 'Wrong number', at: AT },
    review('SM1'),
  );
  expect(withHandling(asked, { decision })).toMatchObject({ decided: decision });
  expect(withHandling(asked, { decision })).not.toHaveProperty('review');
  const askedAgain = withReceivedText(asked, { body: 'Wrong number!', at: AT }, review('SM2'));
  expect(withHandling(askedAgain, { decision })).toBeUndefined();
});
