import { type BenchOrganization, startBenchOrganization } from './bench-organization.ts';
import { costOf, naiveWaiting, PRICES, storageOf, sumOf } from './cost.ts';
import { countUnits, type Units } from './counting.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { createPeople, type Situation } from './people.ts';

const COUNT = 1000;
const MILLION = 1_000_000;

/** Measures the requests and units of a text and of a held lead, and computes what a million of each costs at list prices. */
export async function measureCosts(progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    progress('Warm-up');
    await people.make(100, 'due');
    await bench.sendDue();
    const count = async (situation: Situation): Promise<Counts> => {
      progress(`${COUNT} leads ${situation}: requests and CPU time`);
      await people.make(COUNT, situation);
      const { cpuSeconds } = await bench.sendDue();
      const requests = bench.requests.counts();
      progress(`${COUNT} leads ${situation}: units`);
      await people.make(COUNT, situation);
      const units = await countUnits(bench.sendDue);
      return { ...perLead(requests, units), cpuSeconds: cpuSeconds / COUNT };
    };
    const text = await count('due');
    const held = await count('undecided');
    if (text.twilio !== 1 || held.twilio !== 0)
      throw new Error('The leads that were texted are not those that were due');
    const sending = costOf(MILLION, { ...text, isSent: true });
    const holding = costOf(MILLION, { ...held, isSent: false });
    const { bytes, enrollmentBytes } = await people.sizeOf('waiting');
    const naive = naiveWaiting(MILLION, enrollmentBytes);
    return [
      atMost('a text: DynamoDB requests', text.dynamodb, 'requests', 2.2),
      atMost('a text: SQS requests', text.sqsRequests, 'requests', 0.35),
      atMost('a text: Twilio requests', text.twilio, 'requests', 1),
      atMost('a held lead: DynamoDB requests in all its waiting', held.dynamodb, 'requests', 1.2),
      raw('a text: read units', text.units.read, 'units'),
      raw('a text: write units', text.units.written, 'units'),
      raw('a held lead: read units', held.units.read, 'units'),
      raw('a held lead: write units', held.units.written, 'units'),
      raw('a million texts: DynamoDB', sending.dynamodb, '$'),
      raw('a million texts: SQS', sending.sqs, '$'),
      raw('a million texts: Lambda', sending.lambda, '$'),
      raw('a million texts: AWS in all', sumOf(sending), '$'),
      raw(
        'a million texts of one segment: Twilio, carriers’ fees apart',
        MILLION * PRICES.twilioSegment,
        '$',
      ),
      raw('AWS against Twilio', sumOf(sending) / (MILLION * PRICES.twilioSegment), 'x'),
      raw('a million leads: to hold them, once', sumOf(holding), '$'),
      raw('a million waiting leads: a month of storage', storageOf(MILLION, bytes), '$'),
      raw('a million waiting leads: a month of cycles', 0, '$'),
      raw('a million waiting leads: a month of cycles that read them all again', naive, '$'),
    ];
  } finally {
    await bench.close();
  }
}

interface Counts {
  readonly dynamodb: number;
  readonly sqsRequests: number;
  readonly twilio: number;
  readonly units: Units;
  readonly cpuSeconds: number;
}

function perLead(
  requests: ReturnType<BenchOrganization['requests']['counts']>,
  units: Units,
): Omit<Counts, 'cpuSeconds'> {
  return {
    dynamodb: requests.dynamodb / COUNT,
    sqsRequests: requests.sqs / COUNT,
    twilio: requests.twilio / COUNT,
    units: { read: units.read / COUNT, written: units.written / COUNT },
  };
}
