import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Instance, runningInstance } from '../instance.ts';
import { startLocal } from '../runner.ts';

/** Where the demo plays: on the instance that runs on this state, or on one of its own. */
export interface StageOptions {
  readonly state: string;
}

interface Text {
  readonly to: string;
  readonly body: string;
  readonly direction: string;
}
type Json = Record<string, unknown>;

export type Stage = Awaited<ReturnType<typeof createStage>>;

/** Texts leave within a cycle; with retries of slow machines this is far more than one. */
const PATIENCE_MILLISECONDS = 45_000;
const AREA_CODES = ['303', '720', '212', '415', '512', '617', '206', '305', '702', '404', '312', '213'];

/** The hands of the demo: what a form builder, a person with a phone and an admin can do over HTTP, and nothing else. */
export async function createStage(options: StageOptions) {
  const running = await runningInstance(options.state);
  const own = running ? undefined : await ownInstance(`${options.state}/demo`);
  const { apiUrl, twilioUrl, eventsUrl, cycleSeconds, token } = running ?? (own as OwnInstance);
  const memory = new Map<string, string>();
  const numbers: string[] = [];

  async function request(url: string, init: RequestInit = {}): Promise<{ status: number; json: Json }> {
    const answer = await fetch(url, init);
    const body = await answer.text();
    return { status: answer.status, json: body.startsWith('{') ? JSON.parse(body) : {} };
  }
  /** Asks the admin API, and takes whatever it answers. */
  function ask(method: string, path: string, body?: unknown) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return request(`${apiUrl}${path}`, init);
  }
  async function admin(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, json } = await ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${json['detail']}`);
    return json;
  }
  const numberPath = (number: string, rest: string) => `/numbers/${encodeURIComponent(number)}/${rest}`;
  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MILLISECONDS; Date.now() < end; await sleep(200)) {
      const seen = await look();
      if (seen !== undefined) return seen;
    }
    throw new Error(`${what} did not happen within ${PATIENCE_MILLISECONDS / 1000} s`);
  }
  async function textsTo(number: string): Promise<Text[]> {
    const { json } = await request(`${twilioUrl}/stand-in/messages`);
    const all = json['messages'] as Text[];
    return all.filter(({ to, direction }) => to === number && direction === 'outbound-api');
  }
  async function lead(number: string): Promise<Json | undefined> {
    const { leads } = (await admin('GET', `/leads?number=${encodeURIComponent(number)}`)) as {
      leads: Json[];
    };
    return leads[0] && admin('GET', `/leads/${leads[0]['id']}`);
  }
  const consent = (number: string) => admin('GET', numberPath(number, 'consent'));

  return {
    /** What the story plays on. */
    place: running ? `the running instance at ${apiUrl}` : 'an instance of its own',
    footer: 'Reply STOP to opt-out of future text communications.',
    expect(holds: boolean, promise: string): void {
      if (!holds) throw new Error(`not so: ${promise}`);
    },
    remember: (name: string, number: string) => memory.set(name, number),
    recall: (name: string) => memory.get(name) ?? '',
    numbers: () => numbers,
    /** One that nobody has: the story can be told again. The stand-in delivers to it: those from 0190 on have troubles. */
    async newNumber(): Promise<string> {
      for (let tries = 0; tries < 1000; tries++) {
        const number = `+1${AREA_CODES[randomInt(AREA_CODES.length)]}555${String(randomInt(100, 190)).padStart(4, '0')}`;
        if (numbers.includes(number) || (await consent(number))['version'] !== 0) continue;
        if (await lead(number)) continue;
        numbers.push(number);
        return number;
      }
      throw new Error('every number has a story already: start anew with npm start -- --fresh');
    },
    async submit(form: string, number: string, fields: Json): Promise<void> {
      const body = JSON.stringify({
        submissionId: randomUUID(),
        firstName: 'Dana',
        phone: number,
        ...fields,
      });
      const headers = { 'content-type': 'application/json' };
      const { status } = await request(`${apiUrl}/forms/${form}/submissions`, {
        method: 'POST',
        headers,
        body,
      });
      if (status !== 200) throw new Error(`the form answered ${status}`);
    },
    /** Answers a form's opt-in question as its page does, under the words that it showed. */
    async answerQuestion(form: string, number: string, answer: 'yes' | 'no'): Promise<void> {
      const url = `${apiUrl}/forms/${form}`;
      const { json } = await request(`${url}/opt-in-question`, { headers: { accept: 'application/json' } });
      const body = JSON.stringify({
        firstName: 'Dana',
        sms_opt_in: answer,
        sms_opt_in_phone: number,
        sms_opt_in_version: json['version'],
        sms_opt_in_once: randomUUID(),
      });
      const headers = { 'content-type': 'application/json' };
      const { status } = await request(`${url}/submissions`, { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`the form answered ${status}`);
    },
    /** A text from somebody's phone, by way of the carrier. */
    async text(from: string, body: string): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify({ from, body }) };
      const { status } = await request(`${twilioUrl}/stand-in/inbound`, init);
      if (status !== 200) throw new Error(`the webhook answered ${status}`);
    },
    async forge(from: string, body: string): Promise<number> {
      const headers = {
        'x-twilio-signature': 'Zm9yZ2Vk',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const fields = new URLSearchParams({
        From: from,
        To: '+13035550100',
        Body: body,
        MessageSid: 'SMforged',
      });
      const init = { method: 'POST', headers, body: fields.toString() };
      return (await request(`${apiUrl}/twilio/inbound`, init)).status;
    },
    ask,
    admin,
    numberPath,
    until,
    lead,
    settings: (change: Json) => admin('PATCH', '/settings', change),
    currentSettings: () => admin('GET', '/settings'),
    requireOptIn: (on: boolean) => admin('PATCH', '/settings', { requireSmsOptIn: on }),
    /** Waits for a text with some words in it. */
    untilToldOf: (number: string, words: string) =>
      until(`a text with "${words}"`, async () => {
        return (await textsTo(number)).find(({ body }) => body.includes(words));
      }),
    consent,
    textsTo,
    untilTexted: (number: string) => until('a text', async () => (await textsTo(number))[0]),
    untilStatus: (number: string, status: string) =>
      until(`status ${status}`, async () => {
        const { messages } = (await admin('GET', numberPath(number, 'messages'))) as { messages: Json[] };
        return messages.find((message) => message['status'] === status);
      }),
    /** @returns the sentence that says why. */
    untilHeld: (number: string, reason: string) =>
      until(`a hold for ${reason}`, async () => {
        const enrollments = ((await lead(number))?.['enrollments'] ?? []) as Json[];
        const held = enrollments.find((found) => found['status'] === 'waiting' && found['reason'] === reason);
        return held && String(held['sentence']);
      }),
    /** What the event bus got of a number, once an event of a kind has one of the values. */
    untilPublished: (number: string, kind: string, value: string) =>
      until(`an event ${kind} with ${value}`, async () => {
        const { json } = await request(`${eventsUrl}/stand-in/events`);
        const events = (json['events'] as { 'detail-type': string; detail: Json }[]).filter(
          ({ detail }) => detail['number'] === number,
        );
        const isIt = (event: (typeof events)[number]) =>
          event['detail-type'] === kind && Object.values(event.detail).includes(value);
        return events.some(isIt) ? events : undefined;
      }),
    moment: () => sleep(500),
    /** Lets a whole cycle pass. */
    cycle: () => sleep(cycleSeconds * 1000 + 500),
    async whyConsent(number: string): Promise<string> {
      const { events } = (await admin('GET', numberPath(number, 'consent/events'))) as { events: Json[] };
      return events.map(({ kind, before, after }) => `${kind}: ${before} -> ${after}`).join('; ');
    },
    isVerified: async (number: string) =>
      (await admin('GET', numberPath(number, 'consent/events')))['verified'] === true,
    close: async () => own?.close(),
  };
}

type OwnInstance = Instance & { close(): Promise<void> };

async function ownInstance(state: string): Promise<OwnInstance> {
  const local = await startLocal({ stateDirectory: state, port: 0, cycleSeconds: 3, fresh: true });
  return { ...local, token: await local.token('admin') };
}
