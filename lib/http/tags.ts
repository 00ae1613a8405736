/** The groups of the API's operations, in the order of the description. */
export const TAGS = {
  settings: { name: 'Settings', description: "The organization's rules." },
  forms: { name: 'Forms', description: 'Forms, what their builders post, and the opt-in question.' },
  automations: { name: 'Automations', description: 'Automations, and the dry run of their next cycle.' },
  keywords: { name: 'Keywords', description: 'Opt-in keywords and who opted in by them.' },
  campaigns: { name: 'Campaigns', description: 'Campaigns: members, deliverability and broadcasts.' },
  leads: { name: 'Leads', description: 'Leads and what they are enrolled in.' },
  numbers: {
    name: 'Numbers and consent',
    description: 'The consent of each number with its evidence, and the lists of the registry.',
  },
  conversations: { name: 'Conversations', description: 'The inbox: conversations by number.' },
  messages: { name: 'Messages', description: 'Texts, those on their way, and why they left or not.' },
  files: {
    name: 'Imports and exports',
    description: 'Consents that come in as a file, and the registry as a file.',
  },
  sender: { name: 'Sender', description: "The sender's set-up at Twilio." },
  crm: { name: 'CRM (ImproveIt 360)', description: 'Preferences, field mappings, look-ups and write-backs.' },
  drift: { name: 'Drift', description: 'Differences between the registry and what Twilio knows.' },
  webhooks: { name: 'Webhooks', description: 'What Twilio posts, signed by its auth token.' },
  description: { name: 'Description', description: 'This description.' },
} as const satisfies Record<string, { readonly name: string; readonly description: string }>;
export type Tag = keyof typeof TAGS;
