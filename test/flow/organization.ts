import type { World } from './world.ts';

/** The words next to the checkbox of the form `quote`, and the disclaimer of the form `contact`. */
export const CHECKBOX_WORDS =
  'I agree to get recurring texts from Test Windows. Consent is no condition of purchase.';
export const DISCLAIMER = 'By submitting you agree to get recurring automated texts from Test Windows.';
export const FOOTER = 'Reply STOP to opt-out of future text communications.';

/** Sets up an organization as its admins would: no quiet hours, verified, two forms, one automation of each kind. */
export async function setUp(world: World, settings: Record<string, unknown> = {}): Promise<void> {
  const given = {
    organizationName: 'Test Windows',
    a2pVerified: true,
    requireSmsOptIn: true,
    quietHours: 'offForTesting',
    caps: { perDay: 40, perWeek: 40 },
    confirmOptIns: false,
    ...settings,
  };
  await expectOk(world.admin('PATCH', '/settings', given));
  const step = (delay: string, template: string) => ({ delay, template });
  const automations = [
    [
      'welcome',
      'newProspect',
      [step('PT0S', 'Hi {{firstName|there}}, thanks for asking {{organizationName}}!')],
    ],
    [
      'follow-up',
      'followUp',
      [step('PT1H', 'Any questions, {{firstName|there}}?'), step('P1D', 'Still here to help.')],
    ],
    ['newsletter', 'drip', [step('P7D', 'News from {{organizationName}}.')]],
  ] as const;
  for (const [id, kind, steps] of automations) {
    await expectOk(world.admin('PUT', `/automations/${id}`, { id, kind, name: id, steps }));
  }
  await putForm(world, {
    id: 'quote',
    checkboxes: [{ number: 1, field: 'smsConsent', wordsShown: CHECKBOX_WORDS }],
  });
  await putForm(world, { id: 'contact', disclaimer: DISCLAIMER });
}

export async function putForm(world: World, form: Record<string, unknown> & { id: string }): Promise<void> {
  // Every test posts from the same address.
  const limits = { perMinute: 10_000, perAddressPerMinute: 10_000 };
  const whole = { name: form.id, automations: ['welcome'], limits, ...form };
  await expectOk(world.admin('PUT', `/forms/${form.id}`, whole));
}

async function expectOk(call: ReturnType<World['admin']>): Promise<void> {
  const answer = await call;
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body}`);
}

let counter = 0;
/** Returns a number that no other test uses. */
export function newNumber(): string {
  counter++;
  const areas = ['303', '720', '212', '415', '512', '617', '206', '305', '702', '404'];
  return `+1${areas[Math.floor(counter / 90) % areas.length]}5550${String(100 + (counter % 90))}`;
}

/** Builds a submission as a hand-written form posts it. */
export function submission(number: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const id = `sub_${number.slice(1)}_${++counter}`;
  return { submissionId: id, firstName: 'Dana', lastName: 'Reyes', phone: number, zip: '80202', ...more };
}

export async function consentOf(world: World, number: string): Promise<Record<string, unknown>> {
  return (await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent`)).json;
}
