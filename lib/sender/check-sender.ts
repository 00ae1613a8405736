import type { InboundSetup, NumberSetup, SenderSetup, ServiceSetup, SetupChange } from './sender.ts';

/** The organization's webhook URLs, which Twilio must call. */
export interface OurAddresses {
  readonly inbound: string;
  readonly status: string;
}

export const senderIssueCodes = [
  'senderMissing',
  'serviceWithoutNumbers',
  'cannotText',
  'applicationInCharge',
  'inboundElsewhere',
  'inboundMethod',
  'fallbackElsewhere',
  'fallbackMethod',
  'statusElsewhere',
] as const;
export type SenderIssueCode = (typeof senderIssueCodes)[number];

/** A fault in the sender's setup at Twilio. */
export interface SenderIssue {
  readonly code: SenderIssueCode;
  /** `broken`: replies do not reach us. `weak`: they reach us as long as nothing fails. */
  readonly severity: 'broken' | 'weak';
  /** The number or messaging service that has the fault. */
  readonly subject: string;
  /** One sentence that states the fault and the change to make. */
  readonly sentence: string;
  /** The current and the right value of a setting; absent for a fault that no setting corrects. */
  readonly setting?: {
    readonly name: keyof SetupChange;
    readonly now: string | null;
    readonly right: string;
  };
}

/** An issue with the number or service whose setting must change. */
export type LocatedIssue = SenderIssue & {
  readonly target?: { readonly kind: 'number' | 'service'; readonly sid: string };
};

/**
 * Finds the faults in the sender's setup that keep replies, STOP above all, from reaching us (S9).
 *
 * @param setup the sender's setup at Twilio. @param ours the URLs that it must name.
 * @returns the issues, `broken` ones first; an empty list when all is right.
 */
export function checkSender(setup: SenderSetup, ours: OurAddresses): LocatedIssue[] {
  const { sender, service, numbers } = setup;
  const isService = sender.startsWith('MG');
  const isMissing = isService ? !service : numbers.length === 0;
  if (isMissing) {
    const what = isService ? 'messaging service' : 'number';
    const sentence = `The Twilio account has no ${what} ${sender}: correct the sender in the organization's file, or the account in the API key.`;
    return [{ code: 'senderMissing', severity: 'broken', subject: sender, sentence }];
  }
  const issues = [
    ...(service && !service.usesNumbersWebhooks
      ? serviceIssues(service, ours)
      : numbers.flatMap((number) => numberIssues(number, ours))),
    ...numbers.flatMap(capabilityIssues),
    ...(service && numbers.length === 0 ? [noNumbersIssue(service)] : []),
    ...(service && isService ? statusIssues(service, ours) : []),
  ];
  return issues.toSorted((a, b) => a.severity.localeCompare(b.severity, 'en'));
}

function serviceIssues(service: ServiceSetup, ours: OurAddresses): LocatedIssue[] {
  const target = { kind: 'service', sid: service.sid } as const;
  const issues = inboundIssues(service, `messaging service ${service.sid}`, ours.inbound);
  return issues.map((issue) => ({ ...issue, target }));
}

function numberIssues(number: NumberSetup, ours: OurAddresses): LocatedIssue[] {
  if (number.applicationSid !== undefined) {
    const sentence = `Incoming texts of ${number.number} go to the application ${number.applicationSid}: open the number in Twilio's console and choose "Webhook" instead.`;
    return [{ code: 'applicationInCharge', severity: 'broken', subject: number.number, sentence }];
  }
  const target = { kind: 'number', sid: number.sid } as const;
  return inboundIssues(number, number.number, ours.inbound).map((issue) => ({ ...issue, target }));
}

function inboundIssues({ inbound, fallback }: InboundSetup, subject: string, right: string): SenderIssue[] {
  const issues: SenderIssue[] = [];
  if (inbound.url !== right) {
    const sentence = `Incoming texts of ${subject} go ${destination(inbound.url)}, so that no STOP and no reply reaches us: set the address for incoming messages to ${right}.`;
    const setting = { name: 'inboundUrl', now: inbound.url ?? null, right } as const;
    issues.push({ code: 'inboundElsewhere', severity: 'broken', subject, sentence, setting });
  }
  if (inbound.method !== 'POST') {
    const sentence = `Incoming texts of ${subject} are sent with ${inbound.method}, which we do not take: set the method to POST.`;
    const setting = { name: 'inboundMethod', now: inbound.method, right: 'POST' } as const;
    issues.push({ code: 'inboundMethod', severity: 'broken', subject, sentence, setting });
  }
  if (fallback.url !== right) {
    const sentence = `A text to ${subject} that we fail to take once goes ${destination(fallback.url)}: set the fallback address to ${right}, so that a STOP gets a second try.`;
    const setting = { name: 'fallbackUrl', now: fallback.url ?? null, right } as const;
    issues.push({ code: 'fallbackElsewhere', severity: 'weak', subject, sentence, setting });
  }
  if (fallback.method !== 'POST') {
    const sentence = `The second try of a text to ${subject} is made with ${fallback.method}, which we do not take: set the fallback method to POST.`;
    const setting = { name: 'fallbackMethod', now: fallback.method, right: 'POST' } as const;
    issues.push({ code: 'fallbackMethod', severity: 'weak', subject, sentence, setting });
  }
  return issues;
}

function destination(url: string | undefined): string {
  return url === undefined ? 'nowhere' : `to ${url}`;
}

/** Checks only a service's status callback: a number's is for calls, and each text that we send names its own. */
function statusIssues(service: ServiceSetup, ours: OurAddresses): LocatedIssue[] {
  if (service.statusCallback === ours.status) return [];
  const subject = `messaging service ${service.sid}`;
  return [
    {
      code: 'statusElsewhere',
      severity: 'weak',
      subject,
      sentence: `News of texts of ${subject} that carry no callback of their own go ${destination(service.statusCallback)}: set its status callback to ${ours.status}.`,
      setting: { name: 'statusCallback', now: service.statusCallback ?? null, right: ours.status },
      target: { kind: 'service', sid: service.sid },
    },
  ];
}

function capabilityIssues({ number, canText }: NumberSetup): LocatedIssue[] {
  if (canText) return [];
  const sentence = `The number ${number} cannot text: give the organization a number that can.`;
  return [{ code: 'cannotText', severity: 'broken', subject: number, sentence }];
}

function noNumbersIssue({ sid }: ServiceSetup): LocatedIssue {
  const sentence = `The messaging service ${sid} has no number: add one to its sender pool in Twilio's console.`;
  return { code: 'serviceWithoutNumbers', severity: 'broken', subject: sid, sentence };
}

export interface Repair {
  readonly target: { readonly kind: 'number' | 'service'; readonly sid: string };
  readonly change: SetupChange;
}

/** Collects the settings to change, in one change per number or service. Issues without a setting need a person. */
export function repairsFor(issues: readonly LocatedIssue[]): Repair[] {
  const bySid = new Map<string, Repair>();
  for (const { target, setting } of issues) {
    if (!target || !setting) continue;
    const change = { ...bySid.get(target.sid)?.change, [setting.name]: setting.right };
    bySid.set(target.sid, { target, change });
  }
  return [...bySid.values()];
}
