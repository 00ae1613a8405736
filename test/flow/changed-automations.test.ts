import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => vi.useRealTimers());

interface Step {
  readonly id?: string;
  readonly delay: string;
  readonly template: string;
}

const step = (template: string, delay = 'P1D'): Step => ({ delay, template });
const INITIAL = [step('Alpha', 'PT0S'), step('Beta'), step('Gamma')];

async function put(id: string, steps: readonly Step[]): Promise<readonly Step[]> {
  const automation = { id, kind: 'drip', name: id, steps, stopOnReply: false };
  const answer = await world.admin('PUT', `/automations/${id}`, automation);
  expect(answer.status).toBe(200);
  return answer.json['steps'] as Step[];
}

/** Enrols a lead in a new automation of three steps, and lets its first text leave. */
async function afterAlpha(id: string): Promise<string> {
  await put(id, INITIAL);
  await putForm(world, { id, disclaimer: 'You agree to texts.', automations: [id] });
  const number = newNumber();
  await world.submit(id, submission(number));
  await world.runCycle();
  expect(bodiesTo(number)).toEqual(['Alpha']);
  return number;
}

const bodiesTo = (number: string) => world.textsTo(number).map((body) => body.split('\n')[0]);

async function passDays(days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_401_000 });
    await world.runCycle();
  }
}

test('X5 a step that is inserted in front repeats nothing and skips nothing for who is in the automation', async () => {
  const number = await afterAlpha('inserted');
  await put('inserted', [step('New', 'PT0S'), ...INITIAL]);
  await passDays(4);
  expect(bodiesTo(number)).toEqual(['Alpha', 'Beta', 'Gamma']);
});

test('X5 steps that are removed skip no other: the one that was sent, and the one that is next', async () => {
  const first = await afterAlpha('removed-sent');
  await put('removed-sent', INITIAL.slice(1));
  const second = await afterAlpha('removed-next');
  await put('removed-next', [step('Alpha', 'PT0S'), step('Gamma')]);
  await passDays(4);
  expect(bodiesTo(first)).toEqual(['Alpha', 'Beta', 'Gamma']);
  expect(bodiesTo(second)).toEqual(['Alpha', 'Gamma']);
});

test('X5 steps in another order, and edited ones, leave once each; one that is added at the end leaves too', async () => {
  const number = await afterAlpha('reordered');
  const [alpha, beta, gamma] = await put('reordered', INITIAL);
  if (!alpha || !beta || !gamma) throw new Error('The automation has three steps');
  expect(new Set([alpha.id, beta.id, gamma.id]).size).toBe(3);
  const edited = { ...beta, template: 'Beta, edited' };
  const after = await put('reordered', [gamma, alpha, edited, step('Delta')]);
  expect(after.slice(0, 3).map(({ id }) => id)).toEqual([gamma.id, alpha.id, beta.id]);
  await passDays(5);
  expect(bodiesTo(number).toSorted()).toEqual(['Alpha', 'Beta, edited', 'Delta', 'Gamma']);
});

test('X5 a step that comes after one of its place was removed is another text, though it has its place', async () => {
  const number = await afterAlpha('replaced');
  await passDays(2);
  expect(bodiesTo(number)).toEqual(['Alpha', 'Beta', 'Gamma']);
  await put('replaced', INITIAL.slice(0, 2));
  const [, , third] = await put('replaced', [...INITIAL.slice(0, 2), step('Third')]);
  expect(third?.id).not.toBe('2');
});

test('X5 an automation that is removed and created again sends nothing to who was in the first one', async () => {
  const number = await afterAlpha('sale');
  await putForm(world, { id: 'sale', disclaimer: 'You agree to texts.', automations: [] });
  expect((await world.admin('DELETE', '/automations/sale')).status).toBe(200);
  await put('sale', [step('SALE one', 'PT0S'), step('SALE two')]);
  await passDays(3);
  expect(bodiesTo(number)).toEqual(['Alpha']);
  const path = `/numbers/${encodeURIComponent(number)}/why?automation=sale`;
  expect((await world.admin('GET', path)).json).toMatchObject({
    enrollment: { status: 'stopped', reason: 'automationRemoved' },
  });
});

test('X5 a step that Twilio did not take leaves again under its own id, after the steps were changed', async () => {
  await put('retried', INITIAL);
  await putForm(world, { id: 'retried', disclaimer: 'You agree to texts.', automations: ['retried'] });
  const number = newNumber();
  await world.submit('retried', submission(number));
  world.twilio.setFault({ kind: 'error', status: 429, to: number, times: 1 });
  await world.runCycle();
  world.twilio.clearFaults();
  await put('retried', [step('New', 'PT0S'), ...INITIAL]);
  await passDays(4);
  expect(bodiesTo(number)).toEqual(['Alpha', 'Beta', 'Gamma']);
});
