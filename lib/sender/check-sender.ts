import type { InboundSetup, NumberSetup, SenderSetup, ServiceSetup, SetupChange } from './sender.ts';

/** Where Twilio is to post for this organization. */
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

/** Something about the sender that is not as it should be. */
export interface SenderIssue {
  readonly code: SenderIssueCode;
  /** `broken`: replies do not reach us. `weak`: they do, until something fails. */
  readonly severity: 'broken' | 'weak';
  /** What it is about: a number or a messaging service. */
  readonly subject: string;
  /** One sentence: what is, and what to change. */
  readonly sentence: string;
  /** What is set now and what would be right; absent where no setting of ours is wrong. */
  readonly setting?: {
    readonly name: keyof SetupChange;
    readonly now: string | null;
    readonly right: string;
  };
}

/** A finding and where its setting is changed. */
export type LocatedIssue = SenderIssue & {
  readonly target?: { readonly kind: 'number' | 'service'; readonly sid: string };
};

/**
 * Finds what keeps replies, and first of all STOP, from reaching us (S9).
 *
 * @returns nothing when the sender is set up as it should be; what is `broken` comes first.
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
  const findings = [
    ...(service && !service.usesNumbersWebhooks
      ? serviceFindings(service, ours)
      : numbers.flatMap((number) => ownFindings(number, ours))),
    ...numbers.flatMap(capability),
    ...(service && numbers.length === 0 ? [noNumbers(service)] : []),
    ...(service && isService ? statusFindings(service, ours) : []),
  ];
  return findings.toSorted((a, b) => a.severity.localeCompare(b.severity, 'en'));
}

function serviceFindings(service: ServiceSetup, ours: OurAddresses): LocatedIssue[] {
  const target = { kind: 'service', sid: service.sid } as const;
  return inboundFindings(service, `messaging service ${service.sid}`, ours.inbound).map((f) => ({
    ...f,
    target,
  }));
}

function ownFindings(number: NumberSetup, ours: OurAddresses): LocatedIssue[] {
  if (number.applicationSid !== undefined) {
    const sentence = `Incoming texts of ${number.number} go to the application ${number.applicationSid}: open the number in Twilio's console and choose "Webhook" instead.`;
    return [{ code: 'applicationInCharge', severity: 'broken', subject: number.number, sentence }];
  }
  const target = { kind: 'number', sid: number.sid } as const;
  return inboundFindings(number, number.number, ours.inbound).map((f) => ({ ...f, target }));
}

function inboundFindings({ inbound, fallback }: InboundSetup, subject: string, right: string): SenderIssue[] {
  const found: SenderIssue[] = [];
  if (inbound.url !== right) {
    const sentence = `Incoming texts of ${subject} go ${destination(inbound.url)}, so that no STOP and no reply reaches us: set the address for incoming messages to ${right}.`;
    const setting = { name: 'inboundUrl', now: inbound.url ?? null, right } as const;
    found.push({ code: 'inboundElsewhere', severity: 'broken', subject, sentence, setting });
  }
  if (inbound.method !== 'POST') {
    const sentence = `Incoming texts of ${subject} are sent with ${inbound.method}, which we do not take: set the method to POST.`;
    const setting = { name: 'inboundMethod', now: inbound.method, right: 'POST' } as const;
    found.push({ code: 'inboundMethod', severity: 'broken', subject, sentence, setting });
  }
  if (fallback.url !== right) {
    const sentence = `A text to ${subject} that we fail to take once goes ${destination(fallback.url)}: set the fallback address to ${right}, so that a STOP gets a second try.`;
    const setting = { name: 'fallbackUrl', now: fallback.url ?? null, right } as const;
    found.push({ code: 'fallbackElsewhere', severity: 'weak', subject, sentence, setting });
  }
  if (fallback.method !== 'POST') {
    const sentence = `The second try of a text to ${subject} is made with ${fallback.method}, which we do not take: set the fallback method to POST.`;
    const setting = { name: 'fallbackMethod', now: fallback.method, right: 'POST' } as const;
    found.push({ code: 'fallbackMethod', severity: 'weak', subject, sentence, setting });
  }
  return found;
}

function destination(url: string | undefined): string {
  return url === undefined ? 'nowhere' : `to ${url}`;
}

/** A number's status callback is for calls, and each text of ours carries its own: only a service's own matters. */
function statusFindings(service: ServiceSetup, ours: OurAddresses): LocatedIssue[] {
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

function capability({ number, canText }: NumberSetup): LocatedIssue[] {
  if (canText) return [];
  const sentence = `The number ${number} cannot text: give the organization a number that can.`;
  return [{ code: 'cannotText', severity: 'broken', subject: number, sentence }];
}

function noNumbers({ sid }: ServiceSetup): LocatedIssue {
  const sentence = `The messaging service ${sid} has no number: add one to its sender pool in Twilio's console.`;
  return { code: 'serviceWithoutNumbers', severity: 'broken', subject: sid, sentence };
}

export interface Repair {
  readonly target: { readonly kind: 'number' | 'service'; readonly sid: string };
  readonly change: SetupChange;
}

/** What to change so that the findings go away: one change per number or service, and nothing that was right. */
export function repairsFor(findings: readonly LocatedIssue[]): Repair[] {
  const bySid = new Map<string, Repair>();
  for (const { target, setting } of findings) {
    if (!target || !setting) continue;
    const change = { ...bySid.get(target.sid)?.change, [setting.name]: setting.right };
    bySid.set(target.sid, { target, change });
  }
  return [...bySid.values()];
}
