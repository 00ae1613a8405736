import type { Automation } from '../../lib/automation/automation.ts';
import type { DueStep } from '../../lib/automation/due-step.ts';
import type { Enrollment } from '../../lib/automation/enrollment.ts';
import { enrollmentKey, parseEnrollment } from '../../lib/automation/enrollment-items.ts';
import { parseState, stateKey } from '../../lib/consent/items.ts';
import type { ConsentState } from '../../lib/consent/state.ts';
import type { GateTables } from '../../lib/gate/send-transaction.ts';
import type { Lead } from '../../lib/leads/lead.ts';
import { leadKey, parseLead } from '../../lib/leads/lead-items.ts';
import { automationKey, parseAutomation, parseSettings, settingsKey } from '../../lib/organization/items.ts';
import type { Settings } from '../../lib/organization/settings.ts';
import { type Item, type Key, readConsistently } from '../../lib/runtime/dynamodb.ts';

export interface LoadDeps extends GateTables {
  readonly configurationTable: string;
  readonly organization: string;
}

/** Everything a decision about one step rests on. */
export interface StepFacts {
  readonly settings: Settings;
  readonly enrollment: Enrollment | undefined;
  readonly automation: Automation | undefined;
  readonly lead: Lead | undefined;
  /** Of the number that the step was enqueued with. */
  readonly consent: ConsentState;
}

/**
 * Reads what the decisions about some steps rest on, strongly consistent, in one request for a whole batch: nothing
 * that an admin, a STOP or a form changed is ever served from a cache (H1).
 *
 * @param steps at most 20.
 */
export async function load(deps: LoadDeps, steps: readonly DueStep[]): Promise<StepFacts[]> {
  const found = await readConsistently(deps.client, {
    [deps.configurationTable]: [settingsKey, ...steps.map(({ automationId }) => automationKey(automationId))],
    [deps.outreachTable]: steps.flatMap((step) => [leadKey(step.leadId), enrollmentKey(step)]),
    [deps.consentTable]: steps.map(({ number }) => stateKey(number)),
  });
  const configuration = byKey(found[deps.configurationTable]);
  const outreach = byKey(found[deps.outreachTable]);
  const consents = byKey(found[deps.consentTable]);
  const settings = parseSettings(configuration(settingsKey), deps.organization);
  const automations = new Map(
    [...new Set(steps.map(({ automationId }) => automationId))].map((id) => [
      id,
      parsed(configuration(automationKey(id)), parseAutomation),
    ]),
  );
  return steps.map((step) => ({
    settings,
    automation: automations.get(step.automationId),
    lead: parsed(outreach(leadKey(step.leadId)), parseLead),
    enrollment: parsed(outreach(enrollmentKey(step)), parseEnrollment),
    consent: parseState(consents(stateKey(step.number)), step.number),
  }));
}

function byKey(items: readonly Item[] = []): (key: Key) => Item | undefined {
  const index = new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item]));
  return ({ pk, sk }) => index.get(`${pk} ${sk}`);
}

function parsed<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}
