import type { Configuration } from '../../lib/configuration/configuration.ts';
import { defineRoute, RequestProblem, type RouteOf } from '../../lib/http/route.ts';
import {
  checkSender,
  type LocatedIssue,
  type OurAddresses,
  repairsFor,
} from '../../lib/sender/check-sender.ts';
import type { SenderAccount } from '../../lib/sender/sender.ts';
import { type A2pAnswer, type SenderCheck, senderApi } from '../../lib/sender/sender-api.ts';
import { a2pVerificationOf } from '../../lib/sender/verification.ts';
import { twilioProblem } from './problems.ts';

export interface SenderDeps {
  /** Creates a new client after the API key was rotated. */
  readonly account: () => Promise<SenderAccount>;
  readonly configuration: Pick<Configuration, 'changeSettings'>;
  readonly ours: OurAddresses;
  readonly now: () => Date;
}

/** The routes of the sender, which only a function with the Twilio API key can serve. */
export const senderRoutes: readonly RouteOf<SenderDeps>[] = [
  defineRoute({
    ...senderApi.check,
    handle: async (deps: SenderDeps) => ({
      status: 200,
      body: (await withTwilioProblems(() => check(deps))).answer,
    }),
  }),
  defineRoute({
    ...senderApi.repair,
    handle: async (deps: SenderDeps, { actor }) => {
      const body = await withTwilioProblems(() => repair(deps));
      await clearRefusal(deps, body.check, actor);
      return { status: 200, body };
    },
  }),
  defineRoute({
    ...senderApi.refreshA2p,
    handle: async (deps: SenderDeps, { actor }) => ({ status: 200, body: await refreshA2p(deps, actor) }),
  }),
];

/** Turns errors of Twilio's client into answers that say what to do. @throws RequestProblem, or the error if Twilio did not cause it. */
async function withTwilioProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw twilioProblem(error);
  }
}

/** Compares the sender's setup at Twilio with what sendgate needs, so that replies arrive (S9). */
async function check({ account, ours, now }: SenderDeps) {
  const setup = await (await account()).setup();
  const findings = checkSender(setup, ours);
  const answer: SenderCheck = {
    sender: setup.sender,
    checkedAt: now().toISOString(),
    repliesReachUs: !findings.some(({ severity }) => severity === 'broken'),
    numbers: setup.numbers.map(({ number }) => number),
    findings: findings.map(({ target: _, ...finding }) => finding),
  };
  return { findings, answer };
}

/** Releases the texts that wait because the sender was refused, once nothing at the sender is broken (X16). */
async function clearRefusal(
  { configuration, now }: SenderDeps,
  { repliesReachUs }: SenderCheck,
  actor: string,
): Promise<void> {
  if (!repliesReachUs) return;
  await configuration.changeSettings({ senderClearedAt: now().toISOString() }, actor);
}

/** Repairs the issues of a check, checks again, and answers what was changed. */
async function repair(deps: SenderDeps) {
  const before = await check(deps);
  const account = await deps.account();
  for (const { target, change } of repairsFor(before.findings)) await account.change(target, change);
  const after = await check(deps);
  const remaining = new Set(after.findings.map(issueKey));
  const changed = before.findings.flatMap((finding) => {
    const { subject, setting, target } = finding;
    if (!target || !setting || remaining.has(issueKey(finding))) return [];
    const previous = setting.now === null ? 'it was not set before' : `it was ${setting.now}`;
    const sentence = `${setting.name} of ${subject} is ${setting.right} now; ${previous}.`;
    return [{ ...setting, subject, sentence }];
  });
  return { changed, check: after.answer };
}

function issueKey({ code, subject }: LocatedIssue): string {
  return `${code} ${subject}`;
}

/** Copies the A2P campaign's status from Twilio to the settings (C8). @throws RequestProblem 409 when no campaign applies. */
async function refreshA2p(deps: SenderDeps, actor: string): Promise<A2pAnswer> {
  const verification = await withTwilioProblems(async () => {
    const account = await deps.account();
    const setup = await account.setup();
    return a2pVerificationOf(setup, setup.service ? await account.campaignStatuses(setup.service.sid) : []);
  });
  if (!verification) {
    const detail =
      'Twilio has no A2P 10DLC campaign for this sender, and it has no number that needs one. If it may text, say so with PATCH /settings {"a2pVerified": true}. Nothing was changed.';
    throw new RequestProblem(409, 'A2P 10DLC does not apply', detail);
  }
  const { verified: a2pVerified, campaignStatus } = verification;
  const a2pVerification = {
    source: 'twilio',
    by: actor,
    at: deps.now().toISOString(),
    campaignStatus,
  } as const;
  await deps.configuration.changeSettings({ a2pVerified, a2pVerification }, actor);
  return { a2pVerified, a2pVerification };
}
