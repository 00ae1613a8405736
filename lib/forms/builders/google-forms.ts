import type { Builder } from './builder.ts';
import { answersOf, membersOf } from './read-members.ts';

/** Google Forms has no webhook: the script of docs/forms.md posts each response. */
export const googleForms: Builder = {
  title: 'Google Forms',
  contentTypes: ['application/json'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`. In the Google form: three dots, Apps Script; paste the script of the section "The script for Google Forms" with {url} and the secret.',
    'Add a trigger: function `onSubmit`, from form, on form submit.',
    'Name questions by their title. A checkbox question is ticked by the text of its option.',
  ],
  retries: 'never: the script reports the failure to the owner of the form',
  verifiedWith: 'no fixture: a body as the script of docs/forms.md makes it',
  parse: (payload) => {
    const response = membersOf(payload['response']);
    return {
      answers: answersOf(membersOf(response['answers'])),
      submissionId: response['id'],
      submittedAt: response['timestamp'],
    };
  },
};
