import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pc from 'picocolors';
import * as z from 'zod';
import { defineCommand, organizationName, PLACE_OPTIONS, runCommand, wholeNumber } from '../command.ts';
import { findTables } from '../place.ts';
import { EXIT_CODES, type ExitCode } from '../problem.ts';
import { estimateItems, startProgress } from '../progress.ts';
import { type Manifest, tablesOf } from './manifest.ts';
import { takeBackup } from './take-backup.ts';

export const backupCommand = defineCommand({
  usage: 'npm run backup -- --organization NAME --out DIRECTORY [options]',
  about: `Writes everything that an organization keeps into a directory: consent with its hashes, configuration with the forms' secrets,
leads, enrollments, texts and conversations. The files hold personal data and secrets in the clear: only you can read them, and
where they go is yours to guard.`,
  options: {
    organization: {
      takes: 'NAME',
      help: 'in AWS, with the credentials of your environment; "local" for what npm start keeps',
      schema: organizationName,
    },
    out: { takes: 'DIRECTORY', help: 'where the backup goes; a new one', schema: z.string() },
    prefix: {
      takes: 'PREFIX',
      help: "what the tables' names begin with (sendgate-NAME): for tables restored to a moment",
      schema: z.string().optional(),
    },
    segments: {
      takes: 'N',
      help: 'parts of a table that are read at once (4)',
      schema: wholeNumber(1, 64, 4),
    },
    ...PLACE_OPTIONS,
  },
  notes: 'docs/operations.md, "Moving an organization", says what to stop first.',
  failure: 'No backup was made.',
  async run({ organization, out, prefix: ownPrefix, segments, ...place }): Promise<ExitCode> {
    const isLocal = organization === 'local';
    const prefix = ownPrefix ?? `sendgate-${isLocal ? 'demo' : organization}`;
    const { config, close } = await findTables({ ...place, aws: !isLocal });
    const dynamodb = new DynamoDBClient(config);
    try {
      const items = await estimateItems(dynamodb, Object.values(tablesOf(prefix)));
      const progress = startProgress(`Reading ${prefix}`, items);
      const options = { dynamodb, prefix, folder: out, segments, now: () => new Date() };
      const manifest = await takeBackup({ ...options, onRead: progress.add }).finally(progress.finish);
      printSummary(manifest, out);
      return EXIT_CODES.fine;
    } finally {
      dynamodb.destroy();
      await close();
    }
  },
});

function printSummary({ tables, stopped, claimed }: Manifest, folder: string): void {
  const counts = Object.entries(tables).map(([table, { items }]) => `${items} of ${table}`);
  console.log(pc.green(`Backed up into ${folder}: ${counts.join(', ')}.`));
  if (!stopped) {
    const meanwhile =
      'The organization was texting meanwhile: what leaves after this would leave again once restored.';
    console.log(pc.yellow(meanwhile));
  }
  if (claimed > 0) {
    console.log(pc.yellow(`${claimed} texts had been handed to Twilio without an answer.`));
  }
}

if (import.meta.main) await runCommand(backupCommand);
