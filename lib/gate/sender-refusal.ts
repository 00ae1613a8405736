import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type ClockedTableDeps, type Item, type Key, readItem } from '../runtime/dynamodb.ts';
import { setOverVersion } from '../runtime/item-conditions.ts';

/** Key of the sender's last refusal in the outreach table. No other file spells it. */
export const senderRefusalKey: Key = { pk: 'SENDER', sk: 'REFUSAL' };

/** The last refusal that speaks of the sender or the account: texts are held until it is mended (X16). */
const senderRefusalSchema = z.object({
  code: z.int(),
  /** True when the answer to a text said so; false when the news of a text that had been taken did. */
  byAnswer: z.boolean(),
  /** When the last refused text was claimed, ISO 8601. */
  refusedAt: z.string(),
  /** When it was recorded, ISO 8601. */
  recordedAt: z.string(),
  /** When the last text was decided that tried the sender again. */
  probedAt: z.string().optional(),
  /** From this moment on, one text tries whether the sender is taken again. */
  nextProbeAt: z.string(),
  /** How many texts in a row were refused that tried. */
  probes: z.int().nonnegative(),
  /** When the last text was claimed that showed that the sender is taken again. */
  clearedAt: z.string().optional(),
  version: z.int().positive(),
});
export type SenderRefusal = z.infer<typeof senderRefusalSchema>;

const FIRST_PROBE_MINUTES = 15;
const LONGEST_PROBE_MINUTES = 240;

/** The moment of the next try: after 15 and 30 minutes, 1, 2, and then every 4 hours. @param refusals so far. */
export function nextProbeAt(now: Date, refusals: number): string {
  const minutes = Math.min(FIRST_PROBE_MINUTES * 2 ** refusals, LONGEST_PROBE_MINUTES);
  return new Date(now.getTime() + minutes * 60_000).toISOString();
}

export function parseSenderRefusal(item: Item | undefined): SenderRefusal | undefined {
  return item && senderRefusalSchema.parse(item);
}

/**
 * Checks whether a refusal still counts.
 *
 * @param checkedAt when an admin last found the sender in order (`senderClearedAt` of the settings).
 */
export function isOpenRefusal(refusal: SenderRefusal, checkedAt: string | undefined): boolean {
  return refusal.refusedAt > (refusal.clearedAt ?? '') && refusal.refusedAt > (checkedAt ?? '');
}

/** Stores what the sender was last refused for. */
export type SenderRefusalStore = ReturnType<typeof createSenderRefusalStore>;

/** @param deps.table the outreach table. */
export function createSenderRefusalStore(deps: ClockedTableDeps) {
  return {
    get: async (): Promise<SenderRefusal | undefined> =>
      parseSenderRefusal(await readItem(deps, senderRefusalKey)),
    /** Notes that a text was refused. Late news of a text that was claimed before the last refusal changes nothing. */
    report: (refused: Refused) => change(deps, (before) => afterRefusal(before, refused, deps.now())),
    /**
     * Takes the one try that is due, so that no two texts try at once.
     *
     * @param now when the text is claimed. @returns false when another text has taken it.
     */
    takeProbe: (open: SenderRefusal, now: Date): Promise<boolean> =>
      write(deps, {
        ...open,
        probedAt: now.toISOString(),
        nextProbeAt: nextProbeAt(now, open.probes),
        version: open.version + 1,
      }),
    /** Notes that Twilio took the text that tried, or delivered it. A text that was only taken says nothing about delivery. */
    clear: (shown: { readonly claimedAt: string; readonly isDelivered: boolean }) =>
      change(deps, (before) => {
        if (!before || (!before.byAnswer && !shown.isDelivered)) return undefined;
        if (shown.claimedAt <= before.refusedAt) return undefined;
        return { ...before, clearedAt: shown.claimedAt, probes: 0, version: before.version + 1 };
      }),
  };
}

export interface Refused {
  readonly code: number;
  readonly byAnswer: boolean;
  readonly claimedAt: string;
}

/** Texts that were decided before the refusal was recorded are on their way for so long: a batch of the gate. */
const ON_THEIR_WAY_MILLISECONDS = 60_000;

function afterRefusal(
  before: SenderRefusal | undefined,
  { code, byAnswer, claimedAt }: Refused,
  now: Date,
): SenderRefusal | undefined {
  const at = { code, byAnswer, refusedAt: claimedAt, recordedAt: now.toISOString() };
  if (!before) return { ...at, nextProbeAt: nextProbeAt(now, 0), probes: 0, version: 1 };
  if (claimedAt <= before.refusedAt || claimedAt <= (before.clearedAt ?? '')) return undefined;
  const isOpen = before.refusedAt > (before.clearedAt ?? '');
  const isProbe = isOpen && before.probedAt !== undefined && claimedAt >= before.probedAt;
  // A text that was on its way already adds nothing; one that was decided later had been let through by an admin.
  const isOnItsWay = Date.parse(claimedAt) <= Date.parse(before.recordedAt) + ON_THEIR_WAY_MILLISECONDS;
  if (isOpen && !isProbe && isOnItsWay) return undefined;
  const probes = isProbe ? before.probes + 1 : 0;
  return { ...before, ...at, nextProbeAt: nextProbeAt(now, probes), probes, version: before.version + 1 };
}

async function change(
  deps: ClockedTableDeps,
  next: (before: SenderRefusal | undefined) => SenderRefusal | undefined,
): Promise<void> {
  await changeVersioned('The refusal of the sender', {
    read: async () => ({ refusal: parseSenderRefusal(await readItem(deps, senderRefusalKey)) }),
    change: ({ refusal }) => next(refusal),
    write: async (after) => ((await write(deps, after)) ? true : LOST),
  });
}

/** Writes over the version before. An update, since those who hear of refusals may not put items. */
async function write({ client, table }: ClockedTableDeps, refusal: SenderRefusal): Promise<boolean> {
  const update = new UpdateCommand(setOverVersion(table, senderRefusalKey, refusal));
  return (await ifConditionHolds(client.send(update))) !== undefined;
}
