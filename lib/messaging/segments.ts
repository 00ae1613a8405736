import { SegmentedMessage } from 'sms-segments-calculator';

/** What the carrier makes of a text: it is sent, and paid for, by the segment. */
export interface Segments {
  readonly count: number;
  /** One character outside GSM-7, such as a curly quote, turns the whole text to UCS-2. */
  readonly encoding: 'GSM-7' | 'UCS-2';
}

/**
 * How many segments a text takes: 160 characters of GSM-7 or 70 of UCS-2 in one, 153 or 67 in each of several (3GPP
 * 23.038, 23.040).
 *
 * @param body as it leaves: merge fields filled, footer included.
 */
export function segmentsOf(body: string): Segments {
  const { segmentsCount, encodingName } = new SegmentedMessage(body);
  return { count: segmentsCount, encoding: encodingName };
}
