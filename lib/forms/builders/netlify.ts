import type { Builder } from './builder.ts';
import { answersOf, membersOf } from './read-members.ts';

/** Netlify signs with a JWT that has the body's hash as a claim. */
export const netlify: Builder = {
  title: 'Netlify Forms',
  contentTypes: ['application/json'],
  proof: { scheme: 'jwt', header: 'x-webhook-signature', issuer: 'netlify' },
  setup: [
    'In the site: Forms, Form notifications, Add notification, HTTP POST request; event New form submission, {url}.',
    'Set a "JWS secret token" of 16 characters or more and store the same one as `signingSecret` of the form here.',
    'Name fields by the `name` of their inputs. A browser does not send an unticked checkbox at all.',
  ],
  retries: 'not confirmed; a repetition has the same id and counts once',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const data = membersOf(payload['data']);
    return {
      answers: answersOf(data, 'ip', 'user_agent', 'referrer'),
      submissionId: payload['id'],
      submittedAt: payload['created_at'],
      pageUrl: data['referrer'],
      ip: data['ip'],
      userAgent: data['user_agent'],
    };
  },
};
