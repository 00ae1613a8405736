/** Settings of a small organization for a first look. The organization has three forms and one automation of each kind. */
const SETTINGS = {
  organizationName: 'Demo Windows',
  requireSmsOptIn: true,
  a2pVerified: true,
  // A first look must work at any hour. For texts to the public this would be unlawful.
  quietHours: 'offForTesting',
  caps: { perDay: 40, perWeek: 40 },
  timeZone: 'America/Denver',
};

const AUTOMATIONS = [
  {
    id: 'welcome',
    kind: 'newProspect',
    name: 'Welcome',
    steps: [
      {
        delay: 'PT0S',
        template: 'Hi {{firstName|there}}, thanks for asking {{organizationName}}! When can we call?',
      },
    ],
  },
  {
    id: 'follow-up',
    kind: 'followUp',
    name: 'Follow-up',
    steps: [
      { delay: 'P1D', template: 'Hi {{firstName|there}}, any questions about your {{service|project}}?' },
      {
        delay: 'P3D',
        template: 'Still here to help, {{firstName|there}}. Reply with a time that suits you.',
      },
    ],
  },
  {
    id: 'newsletter',
    kind: 'drip',
    name: 'Newsletter',
    stopOnReply: false,
    steps: [{ delay: 'P14D', template: 'News from {{organizationName}}: how to choose windows that last.' }],
  },
];

const FORMS = [
  {
    id: 'quote',
    name: 'Get a quote (with an opt-in checkbox)',
    checkboxes: [
      {
        number: 1,
        field: 'smsConsent',
        wordsShown:
          'I agree to get recurring automated texts from Demo Windows. Consent is no condition of purchase. Msg & data rates may apply. Reply STOP to opt out.',
      },
    ],
    automations: ['welcome', 'follow-up', 'newsletter'],
  },
  {
    id: 'contact',
    name: 'Contact us (without a checkbox)',
    disclaimer:
      'By submitting this form you agree to get recurring automated texts from Demo Windows. Consent is no condition of purchase. Msg & data rates may apply. Reply STOP to opt out.',
    automations: ['welcome', 'follow-up'],
  },
  {
    id: 'texts',
    name: 'Text messages (the opt-in question)',
    optInQuestion: { required: true },
    automations: ['welcome'],
  },
];

/** Fields of ImproveIt 360 that checkbox 1 of a form is mapped to. The sales team ticks them, too. */
const CRM_MAPPINGS = [
  { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' },
  { checkbox: 1, object: 'Lead Source', field: 'SMS_Opt_In__c' },
];

/**
 * Sets the organization up through its own admin API, unless that was done before.
 *
 * @returns false when the organization was set up already.
 */
export async function seedOrganization(apiUrl: string, adminToken: string): Promise<boolean> {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
  const { forms } = (await call('GET', '/forms')) as { forms: unknown[] };
  if (forms.length > 0) return false;
  await call('PATCH', '/settings', SETTINGS);
  for (const automation of AUTOMATIONS) await call('PUT', `/automations/${automation.id}`, automation);
  await call('PATCH', '/crm/preferences', { enabled: true, product: 'classic' });
  for (const mapping of CRM_MAPPINGS) await call('POST', '/crm/mappings', mapping);
  for (const form of FORMS) await call('PUT', `/forms/${form.id}`, form);
  return true;
}
