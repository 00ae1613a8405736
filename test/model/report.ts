import type { History, Step } from './history.ts';

const span = (seconds: number) => {
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds % size === 0 && seconds >= size) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};
const ago = (hours: number) => (hours === 0 ? '' : `, dated ${span(hours * 3600)} ago`);
const twice = (isTwice: boolean) => (isTwice ? ', twice' : '');
const crash = (crashesAt: number | undefined) =>
  crashesAt === undefined
    ? ''
    : `; the process crashes at its await ${crashesAt}, and the sender tries again later`;

/** Describes one step in words. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'submit': {
      const said = {
        quote: step.ticked ? 'with the box ticked' : 'without a tick',
        contact: 'which has no checkbox',
        ask: step.ticked ? 'and answers Yes' : 'and answers No',
      }[step.form];
      return `${step.who} submits the form ${step.form}, ${said}${ago(step.hoursAgo)}${twice(step.twice)}${crash(step.crashesAt)}`;
    }
    case 'text':
      return `${step.who} texts "${step.words}"${step.twice ? ', delivered twice' : ''}${crash(step.crashesAt)}`;
    case 'crm':
      return `${step.who} submits the form quote without a tick, and the CRM, which is asked, says true${ago(step.hoursAgo)}`;
    case 'optIn':
      return `Ada enters an opt-in of ${step.who} with its proof${ago(step.hoursAgo)}${twice(step.twice)}`;
    case 'optOut':
      return `Ada opts ${step.who} out`;
    case 'set':
      return `Ada sets ${Object.entries(step.change)
        .map(([name, value]) => `${name} to ${value}`)
        .join(', ')}`;
    case 'agentText':
      return `an agent texts ${step.who}${step.twice ? ', and sends the same request again' : ''}`;
    case 'addLead':
      return `an agent adds one more lead with the number of ${step.who}`;
    case 'changeNumber':
      return `lead ${step.lead + 1} gets the number of ${step.who}`;
    case 'broadcast':
      return 'a campaign for ROOF is broadcast to every lead';
    case 'follow':
      return `changes are followed${step.replay ? ', and every change since the beginning once more' : ''}`;
    case 'enqueue':
      return 'a cycle enqueues what is due';
    case 'drain': {
      const how = [step.twice && 'each record twice', step.reversed && 'in reverse order'].filter(Boolean);
      const crashed =
        step.crashesAt === undefined
          ? ''
          : `; it crashes ${step.afterAnswer ? 'after' : 'before'} its await ${step.crashesAt}`;
      const { meanwhile } = step;
      const between = meanwhile
        ? `; at its await ${meanwhile.at} ${meanwhile.words ? `${meanwhile.who} texts "${meanwhile.words}"` : `Ada opts ${meanwhile.who} out`}`
        : '';
      return `the gate takes what is enqueued${how.length > 0 ? `, ${how.join(', ')}` : ''}${crashed}${between}`;
    }
    case 'cycle':
      return 'a whole cycle: changes are followed, what is due is enqueued, the gate takes it';
    case 'wait':
      return `${span(step.seconds)} pass`;
    case 'fault':
      return `Twilio will ${FAULTS[step.fault]} for ${step.who}`;
    case 'reconcile':
      return 'reconcile runs';
    case 'decide':
      return `an agent decides the doubtful text of ${step.who}: ${step.isOptOut ? 'an' : 'no'} opt-out`;
    case 'block':
      return `Twilio blocks ${step.who} and tells nobody`;
  }
}

export const FAULTS = {
  busy: 'answer 429 once',
  broken: 'answer 500 twice',
  lostBefore: 'break the connection before it takes a text',
  lostAfter: 'take a text and never answer',
  callbacksMissing: 'send no callbacks',
  callbacksDoubled: 'send each callback twice',
  callbacksShuffled: 'send callbacks in any order',
} as const;

/** Describes a history in words: its settings, then its steps. */
export function failureReport({ settings: first, steps }: History): string {
  const settings = Object.entries(first).map(([name, value]) => `${name} ${value}`);
  return [
    `Settings: ${settings.join(', ')}.`,
    ...steps.map((step, index) => `${index + 1}. ${describeStep(step)}.`),
  ].join('\n');
}
