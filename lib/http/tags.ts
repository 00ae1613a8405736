/** The groups that the API's operations are described in, in the order of the description. */
export const TAGS = {
  Settings: "The organization's rules.",
  Forms: 'Forms, what their builders post, and the opt-in question.',
  Automations: 'Automations, and the dry run of their next cycle.',
  Keywords: 'Opt-in keywords and who opted in by them.',
  Campaigns: 'Campaigns: members, deliverability and broadcasts.',
  Leads: 'Leads and what they are enrolled in.',
  'Numbers and consent': 'The consent of each number with its evidence, and the lists of the registry.',
  Conversations: 'The inbox: conversations by number.',
  Messages: 'Texts, those on their way, and why they left or not.',
  'Imports and exports': 'Consents that come in as a file, and the registry as a file.',
  Sender: "The sender's set-up at Twilio.",
  CRM: 'ImproveIt 360: preferences, field mappings, look-ups and write-backs.',
  Drift: 'Differences between the registry and what Twilio knows.',
  Webhooks: 'What Twilio posts, signed by its auth token.',
  Description: 'This description.',
} as const satisfies Record<string, string>;
export type Tag = keyof typeof TAGS;
