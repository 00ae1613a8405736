import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { FORM_SECRETS } from '../../lib/forms/form-items.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import { SendgateTable, type TableOwnerProps } from './sendgate-table.ts';

const READS = ['GetItem', 'BatchGetItem', 'Query'] as const;
type Read = (typeof READS)[number];
type Change = 'PutItem' | 'DeleteItem';

/** What admins change at run time: settings, forms, automations. */
export class Configuration extends Construct {
  readonly table: SendgateTable;

  constructor(scope: Construct, id: string, props: TableOwnerProps) {
    super(scope, id);
    this.table = new SendgateTable(this, 'table', {
      tableName: `sendgate-${props.organization}-configuration`,
      key: props.key,
      ...(props.isFollowed && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    });
  }

  /**
   * Reads settings, forms and automations.
   *
   * @param reads how: one by one, many at once, or all of a kind.
   * @param signingSecrets whether the secrets with which builders sign too. Nobody else may read them, not even who
   *   stores them.
   */
  grantRead(fn: SendgateFunction, reads: readonly Read[], { signingSecrets = false } = {}): void {
    fn.setEnvironment({ configurationTable: this.table.tableName });
    this.table.grant(fn, ...reads.map(named));
    this.table.encryptionKey?.grantDecrypt(fn);
    if (signingSecrets) return;
    fn.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: READS.map(named),
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': [FORM_SECRETS] } },
      }),
    );
  }

  grantChange(fn: SendgateFunction, reads: readonly Read[], changes: readonly Change[]): void {
    this.grantRead(fn, reads);
    this.table.grant(fn, ...changes.map(named));
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}

function named(action: Read | Change): string {
  return `dynamodb:${action}`;
}
