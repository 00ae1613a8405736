/** The consequence of a Twilio error beyond the one text: for the number's consent, the number itself, or the campaign. */
export type Consequence = 'optOut' | 'unreachableNumber' | 'stopCampaign' | 'none';

export interface CarrierError {
  readonly class: 'permanent' | 'transient';
  readonly consequence: Consequence;
  readonly sentence: string;
}

const permanent = (consequence: Consequence, sentence: string): CarrierError => ({
  class: 'permanent',
  consequence,
  sentence,
});
const transient = (sentence: string, consequence: Consequence = 'none'): CarrierError => ({
  class: 'transient',
  consequence,
  sentence,
});

/** Twilio's error codes that mean something to us (docs/facts.md, "Twilio: sending"). */
const CARRIER_ERRORS: Readonly<Record<number, CarrierError>> = {
  // Transient, since Twilio accepts nothing until a person replaces the key: due texts wait for that and are not lost.
  20003: transient('the API key is not valid', 'stopCampaign'),
  20429: transient('Twilio has too many requests'),
  21211: permanent('unreachableNumber', 'the number does not exist'),
  21608: permanent('none', 'the trial account may not text this number'),
  21610: permanent('optOut', 'the number has opted out at the carrier'),
  21611: transient("the sender's queue is full"),
  21614: permanent('unreachableNumber', 'the number cannot receive texts'),
  21617: permanent('none', 'the text is too long'),
  21635: permanent('unreachableNumber', 'the number is a landline'),
  30001: transient("the carrier's queue is full"),
  30003: permanent('none', 'the phone was off or out of reach'),
  30005: permanent('unreachableNumber', 'the number is unknown to the carrier'),
  30006: permanent('unreachableNumber', 'the number is a landline or cannot be reached'),
  30007: permanent('stopCampaign', 'the carrier filtered the text'),
  30034: transient('the sender is not registered for A2P 10DLC', 'stopCampaign'),
  63014: permanent('optOut', 'the recipient blocked the sender'),
};

/** Classifies a Twilio error code. An unknown code, or none, is permanent and has no consequence for the number. */
export function carrierErrorOf(code: number | null): CarrierError {
  const listed = code === null ? undefined : CARRIER_ERRORS[code];
  return listed ?? permanent('none', code === null ? 'no reason given' : `error ${code}`);
}
