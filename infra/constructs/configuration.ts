import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { FORM_SECRETS } from '../../lib/forms/form-items.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import { SendgateTable, type TableOwnerProps } from './sendgate-table.ts';

const READS = ['GetItem', 'BatchGetItem', 'Query'] as const;
type Read = (typeof READS)[number];
type Change = 'PutItem' | 'DeleteItem';

/** Holds the table of everything that admins change at run time: settings, forms, automations. */
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
   * Lets a function read settings, forms and automations.
   *
   * @param reads one item, many items at once, or all items of a kind.
   * @param signingSecrets also lets it read the secrets with which builders sign. Every other function is denied them, even the
   *   one that stores them.
   */
  grantRead(fn: SendgateFunction, reads: readonly Read[], { signingSecrets = false } = {}): void {
    fn.setEnvironment({ configurationTable: this.table.tableName });
    this.table.grant(fn, ...reads.map(actionName));
    this.table.encryptionKey?.grantDecrypt(fn);
    if (signingSecrets) return;
    fn.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: READS.map(actionName),
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': [FORM_SECRETS] } },
      }),
    );
  }

  /** Lets a function read, and also put or delete. It may store builders' signing secrets and cannot read them. */
  grantChange(fn: SendgateFunction, reads: readonly Read[], changes: readonly Change[]): void {
    this.grantRead(fn, reads);
    this.table.grant(fn, ...changes.map(actionName));
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}

function actionName(action: Read | Change): string {
  return `dynamodb:${action}`;
}
