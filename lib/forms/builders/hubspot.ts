import type { Builder } from './builder.ts';
import { membersOf } from './read-members.ts';

/** HubSpot's workflows post the properties of a contact, plain or as `{value}`. */
export const hubspot: Builder = {
  title: 'HubSpot',
  contentTypes: ['application/json'],
  proof: { scheme: 'hubspot' },
  // A contact's property stays ticked after the person has opted out: it is a field of a CRM and no new answer.
  attestedBy: 'HubSpot',
  setup: [
    'In a workflow that a form submission starts: Send a webhook, POST, {url}; request signature in header with your app.',
    'Store the client secret of that app as `signingSecret` of the form here. The address must be the one that this stack is configured with, since HubSpot signs it.',
    'Include the properties `firstname`, `lastname`, `email`, `phone` and the consent property; name that one in `checkboxes`.',
    'A property says what HubSpot keeps of the contact, not what was ticked just now: it opts in a number that never opted out, and never lifts an opt-out.',
    'HubSpot sends no id of the submission: map `fields.submissionId` to a property that changes with each, or the same fields within 24 hours are one.',
  ],
  retries: 'not confirmed; without an id, the same fields within 24 hours are one submission',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const properties = membersOf(payload['properties']);
    const fields = Object.keys(properties).length > 0 ? properties : payload;
    return {
      answers: Object.entries(fields).map(([name, value]) => ({
        names: [name],
        value: membersOf(value)['value'] ?? value,
      })),
    };
  },
};
