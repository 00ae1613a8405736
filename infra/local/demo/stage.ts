import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningInstance, type Instance } from '../instance.ts';
import { startLocalStack } from '../runner.ts';

/** The demo plays on the instance that runs on this state, or else on an instance of its own. */
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

/** Texts leave within a cycle. This is many cycles, for slow machines. */
const TIMEOUT_MILLISECONDS = 45_000;
const AREA_CODES = ['303', '720', '212', '415', '512', '617', '206', '305', '702', '404', '312', '213'];

/** Creates the clients of the demo. They do over HTTP what a form builder, a person with a phone and an admin can do. */
export async function createStage(options: StageOptions) {
  const running = await findRunningInstance(options.state);
  const own = running ? undefined : await startOwnInstance(`${options.state}/demo`);
  const { apiUrl, twilioUrl, eventsUrl, cycleSeconds, token } = running ?? (own as OwnInstance);
  const memory = new Map<string, string>();
  const numbers: string[] = [];

  async function request(url: string, init: RequestInit = {}): Promise<{ status: number; json: Json }> {
    const answer = await fetch(url, init);
    const body = await answer.text();
    return { status: answer.status, json: body.startsWith('{') ? JSON.parse(body) : {} };
  }
  /** Calls the admin API. A refusal is an answer here, not an error. */
  function requestAdmin(method: string, path: string, body?: unknown) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return request(`${apiUrl}${path}`, init);
  }
  async function admin(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, json } = await requestAdmin(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${json['detail']}`);
    return json;
  }
  const numberPath = (number: string, rest: string) => `/numbers/${encodeURIComponent(number)}/${rest}`;
  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + TIMEOUT_MILLISECONDS; Date.now() < end; await sleep(200)) {
      const seen = await look();
      if (seen !== undefined) return seen;
    }
    throw new Error(`${what} did not happen within ${TIMEOUT_MILLISECONDS / 1000} s`);
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
    /** Names the instance that the demo plays on. */
    place: running ? `the running instance at ${apiUrl}` : 'an instance of its own',
    footer: 'Reply STOP to opt-out of future text communications.',
    expect(holds: boolean, promise: string): void {
      if (!holds) throw new Error(`not so: ${promise}`);
    },
    remember: (name: string, number: string) => memory.set(name, number),
    recall: (name: string) => memory.get(name) ?? '',
    numbers: () => numbers,
    /** Finds an unused number, so that the demo can run again. The stand-in delivers to it: it fails texts to 0190 and above. */
    async newNumber(): Promise<string> {
      for (let tries = 0; tries < 1000; tries++) {
        const number = `+1${AREA_CODES[randomInt(AREA_CODES.length)]}555${String(randomInt(100, 190)).padStart(4, '0')}`;
        if (numbers.includes(number) || (await consent(number))['version'] !== 0) continue;
        if (await lead(number)) continue;
        numbers.push(number);
        return number;
      }
      throw new Error('every number is in use already: start empty with npm start -- --fresh');
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
    /** Answers a form's opt-in question as its page does, with the version of the words that it showed. */
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
    /** Sends a text from a person's phone through the carrier's stand-in. */
    async sendText(from: string, body: string): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify({ from, body }) };
      const { status } = await request(`${twilioUrl}/stand-in/inbound`, init);
      if (status !== 200) throw new Error(`the webhook answered ${status}`);
    },
    async postForgedText(from: string, body: string): Promise<number> {
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
    requestAdmin,
    admin,
    numberPath,
    until,
    lead,
    changeSettings: (change: Json) => admin('PATCH', '/settings', change),
    currentSettings: () => admin('GET', '/settings'),
    requireOptIn: (on: boolean) => admin('PATCH', '/settings', { requireSmsOptIn: on }),
    /** Waits for a text that contains some words. */
    untilTextedWith: (number: string, words: string) =>
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
    /** Waits until the number's text is held. @returns the sentence that says why. */
    untilHeld: (number: string, reason: string) =>
      until(`a hold for ${reason}`, async () => {
        const enrollments = ((await lead(number))?.['enrollments'] ?? []) as Json[];
        const held = enrollments.find((found) => found['status'] === 'waiting' && found['reason'] === reason);
        return held && String(held['sentence']);
      }),
    /** Waits for a number's event of a kind with a value. @returns every event of the number on the bus. */
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
    pause: () => sleep(500),
    /** Waits for the length of a whole cycle. */
    waitForCycle: () => sleep(cycleSeconds * 1000 + 500),
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

async function startOwnInstance(state: string): Promise<OwnInstance> {
  const local = await startLocalStack({ stateDirectory: state, port: 0, cycleSeconds: 3, fresh: true });
  return { ...local, token: await local.token('admin') };
}
