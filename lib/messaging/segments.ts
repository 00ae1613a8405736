import { SegmentedMessage } from 'sms-segments-calculator';

/** The segments of a text, by which the carrier sends and bills it. */
export interface Segments {
  readonly count: number;
  /** A single character outside GSM-7, such as a curly quote, makes the whole text UCS-2. */
  readonly encoding: 'GSM-7' | 'UCS-2';
}

/**
 * Counts the segments of a text: one holds 160 characters of GSM-7 or 70 of UCS-2; each of several holds 153 or 67 (3GPP
 * 23.038, 23.040).
 *
 * @param body the text as it leaves, with merge fields filled and the footer.
 */
export function segmentsOf(body: string): Segments {
  const { segmentsCount, encodingName } = new SegmentedMessage(body);
  return { count: segmentsCount, encoding: encodingName };
}
