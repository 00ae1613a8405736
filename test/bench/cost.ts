import type { Units } from './counting.ts';

/**
 * List prices, on demand, us-east-1, in US dollars, without free tiers or discounts. Each agreed on 2026-11-25 with what others
 * copied from these pages in 2026; the pages themselves were not at hand. Check them before quoting a figure to anybody.
 */
export const PRICES = {
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/, standard table class. */
  dynamodbReadUnit: 0.125e-6,
  dynamodbWriteUnit: 0.625e-6,
  dynamodbGigabyteMonth: 0.25,
  /** https://aws.amazon.com/sqs/pricing/, standard queues, up to 100 billion requests. */
  sqsRequest: 0.4e-6,
  /** https://aws.amazon.com/lambda/pricing/, arm64, first tier. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** https://www.twilio.com/en-us/sms/pricing/us: one segment from a long code, carriers' fees apart. */
  twilioSegment: 0.0083,
} as const;

/** Seconds that a function waits for AWS and Twilio. They are assumed: nothing here can measure them. */
export const WAITS = {
  /** One round trip to DynamoDB or SQS. */
  dynamodb: 0.008,
  /** One write transaction. */
  transaction: 0.02,
  twilio: 0.15,
} as const;

/** Memory of send-gate, in GB. The cycle has half of that and takes a small part of the time. */
const FUNCTION_GIGABYTES = 1;
const TEXTS_PER_INVOCATION = 10;
export const CYCLES_PER_MONTH = 30 * 24 * 60;

/** The counts of one text, or of one held lead. */
export interface Counted {
  readonly units: Units;
  readonly sqsRequests: number;
  /** CPU time of the functions on this machine. */
  readonly cpuSeconds: number;
  readonly isSent: boolean;
}

export interface Dollars {
  readonly dynamodb: number;
  readonly sqs: number;
  readonly lambda: number;
}

/** Computes what AWS bills for `count` texts, in dollars. The texts of a batch wait together; their CPU time adds up. */
export function costOf(count: number, { units, sqsRequests, cpuSeconds, isSent }: Counted): Dollars {
  const waits = WAITS.dynamodb + WAITS.transaction + (isSent ? WAITS.twilio + WAITS.dynamodb : 0);
  const gigabyteSeconds = FUNCTION_GIGABYTES * (cpuSeconds + waits / TEXTS_PER_INVOCATION);
  return {
    dynamodb: count * (units.read * PRICES.dynamodbReadUnit + units.written * PRICES.dynamodbWriteUnit),
    sqs: count * sqsRequests * PRICES.sqsRequest,
    lambda:
      count * (gigabyteSeconds * PRICES.lambdaGigabyteSecond + PRICES.lambdaRequest / TEXTS_PER_INVOCATION),
  };
}

export function sumOf({ dynamodb, sqs, lambda }: Dollars): number {
  return dynamodb + sqs + lambda;
}

/** Computes the price of a month of storage for the items of `leads` leads, in dollars. */
export function storageOf(leads: number, bytes: number): number {
  return ((leads * bytes) / 1e9) * PRICES.dynamodbGigabyteMonth;
}

/**
 * Computes the price of a month of the naive design, in dollars: every cycle reads all waiting leads, eventually consistent, and
 * looks up the consent of each. It counts the reads alone; the functions' time would come on top.
 */
export function naiveWaiting(leads: number, enrollmentBytes: number): number {
  const paging = (enrollmentBytes / 4096) * 0.5;
  const lookingUp = 0.5;
  return CYCLES_PER_MONTH * leads * (paging + lookingUp) * PRICES.dynamodbReadUnit;
}
