import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Finding } from '../problem.ts';
import { type Manifest, TABLES } from './manifest.ts';

/**
 * Reads every file of a backup and compares it with the manifest.
 *
 * @throws Finding naming the file that was altered, cut off or is missing.
 */
export async function checkFiles(folder: string, { tables }: Manifest): Promise<void> {
  for (const table of TABLES) {
    for (const { name, sha256, bytes } of tables[table].files) {
      const hash = createHash('sha256');
      let read = 0;
      try {
        for await (const chunk of createReadStream(join(folder, name))) {
          hash.update(chunk as Buffer);
          read += (chunk as Buffer).length;
        }
      } catch {
        throw new Finding(`${name} cannot be read: the backup is not whole. Nothing was written.`);
      }
      if (hash.digest('hex') !== sha256 || read !== bytes) {
        throw new Finding(
          `${name} is not what the manifest says: it was altered or cut off. Nothing was written.`,
        );
      }
    }
  }
}

/**
 * Checks that restoring a backup sends no text twice (X5).
 *
 * @param accepted the risks that the caller accepts: texts left during the backup, or have no answer from Twilio yet.
 * @throws Finding saying what to do instead.
 */
export function checkStill(
  { stopped, claimed, endedAt }: Manifest,
  accepted: { readonly running: boolean; readonly sameTwilio: boolean },
): void {
  if (!stopped && !accepted.running) {
    throw new Finding(
      `The organization was texting while this backup was taken (until ${endedAt}): what left since would leave again. ` +
        'Stop it (docs/operations.md, "Stopping everything") and take another one, or, if it is gone, read "Moving an organization".',
    );
  }
  if (claimed > 0 && !accepted.sameTwilio) {
    throw new Finding(
      `${claimed} texts had been handed to Twilio without an answer. Wait until reconcile has settled them (10 minutes) and take ` +
        'another backup; or give --same-twilio if the new stack uses the same Twilio account, where reconcile finds them.',
    );
  }
}
