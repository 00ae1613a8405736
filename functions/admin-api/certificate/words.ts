import type { ConsentEvent, ConsentStatus, EventKind } from '../../../lib/consent/consent-event.ts';

/** Describes each kind of event for a lawyer. */
export const HAPPENED: Readonly<Record<EventKind, string>> = {
  handsetStart: 'The person texted a word that opts in',
  handsetYes: 'The person texted YES',
  handsetKeyword: 'The person texted an opt-in keyword',
  explicitWeb: 'The person agreed on a form: ticked its opt-in checkbox, or answered Yes',
  impliedForm: 'The person submitted a form whose disclaimer says that submitting it is consent',
  crmAttested: 'A field of the CRM says that the person agreed',
  manualOptIn: 'Consent given elsewhere was entered with its documentation',
  optOut: 'The person opted out',
  numberReleased: 'The number was disconnected or given to somebody else',
  carrierBlocked: "The carrier's list of blocked numbers has this number",
  optInRequestFailed: 'The request to opt in did not arrive',
  carrierUnblocked: 'The carrier no longer blocks this number',
  optInRequestSent: 'The person was asked by text to confirm with START',
};

export const CONSENT_STATUS: Readonly<Record<ConsentStatus, string>> = {
  none: 'no consent',
  opted_in: 'opted in',
  opted_out: 'opted out',
};

/** Describes the effect of an event in a sentence. */
export function effectOf({ effect, before, after }: ConsentEvent): string {
  if (effect === 'late') {
    return `Heard of too late: news that happened after it stands against it. Consent stayed: ${CONSENT_STATUS[after]}.`;
  }
  if (before !== after) return `Consent changed from ${CONSENT_STATUS[before]} to ${CONSENT_STATUS[after]}.`;
  return `Consent stayed: ${CONSENT_STATUS[after]}.`;
}

const LABELS: Readonly<Record<string, string>> = {
  source: 'Source',
  formId: 'Form',
  submissionId: 'Submission',
  checkbox: 'Checkbox number',
  wordsVersion: 'Version of the words',
  pageUrl: 'Page',
  ip: 'IP address',
  userAgent: 'Browser',
  messageSid: 'Message SID',
  to: 'Texted to',
  word: 'Recognised word',
  carrierActs: 'Carrier acts on it',
  messageId: 'Text',
  errorCode: "Carrier's error",
  object: 'CRM object',
  recordId: 'CRM record',
  field: 'CRM field',
  leadId: 'Lead',
  actor: 'Entered by',
  method: 'How it was given',
  proof: 'Proof',
  importId: 'Import',
  row: 'Line of the import',
};

/** Lists the evidence of an event as labels and values, without the words, which the page shows in a quotation. */
export function evidenceRows({ evidence }: ConsentEvent): (readonly [label: string, value: string])[] {
  return Object.entries(evidence)
    .filter(([name, value]) => value !== undefined && name !== 'wordsShown' && name !== 'wordsSent')
    .map(([name, value]) => [
      LABELS[name] ?? name,
      typeof value === 'boolean' ? yesNo(value) : String(value),
    ]);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** Formats a time in UTC, to the second. @param iso ISO 8601 UTC. */
export function formatMoment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
