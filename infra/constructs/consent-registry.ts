import { AttributeType, ProjectionType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LISTED, LISTS } from '../../lib/consent/consent-items.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import { SendgateTable, type TableOwnerProps } from './sendgate-table.ts';

/** Holds the table of the consent registry. Its methods grant reading and adding; its resource policy denies every deletion (X2). */
export class ConsentRegistry extends Construct {
  readonly table: SendgateTable;

  constructor(scope: Construct, id: string, props: TableOwnerProps) {
    super(scope, id);
    this.table = new SendgateTable(this, 'table', {
      tableName: `sendgate-${props.organization}-consent`,
      key: props.key,
      ...(props.isFollowed && { stream: StreamViewType.NEW_IMAGE }),
    });
    for (const { index, partition, order } of Object.values(LISTS)) {
      this.table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: partition, type: AttributeType.STRING },
        sortKey: { name: order, type: AttributeType.STRING },
        ...projectionOf(index, [partition, order]),
      });
    }
    this.table.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyDeletesFromTheLedger',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:DeleteItem', 'dynamodb:PartiQLDelete', 'dynamodb:PartiQLUpdate'],
        resources: ['*'],
      }),
    );
  }

  /** Lets a function read every event of a number. */
  grantHistory(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:Query');
  }

  /** Lets a function page through the lists: numbers by status, by source and by keyword. */
  grantLists(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    const resources = Object.values(LISTS).map(({ index }) => `${this.table.tableArn}/index/${index}`);
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  /** Lets a function page through the opt-ins by a keyword, and read nothing else. */
  grantKeywordList(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    const resources = [`${this.table.tableArn}/index/${LISTS.byKeyword.index}`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
    this.table.encryptionKey?.grantDecrypt(fn);
  }

  /** Lets a function read the whole registry, for exports (S7). */
  grantScan(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:Scan', 'dynamodb:Query');
  }

  /** Lets a function read states and record events. Each record puts the event, the new state and the marker of its source. */
  grantRecord(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  }

  /** Lets a function make a write depend on unchanged consent, as the send transaction does (S4). */
  grantCondition(fn: SendgateFunction): void {
    this.grant(fn, 'dynamodb:ConditionCheckItem');
  }

  private grant(fn: SendgateFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn] }));
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}

/** Projects the listed attributes into an index of states, and whole items into the index of keywords, where they are small. */
function projectionOf(index: string, keys: readonly string[]) {
  if (index === LISTS.byKeyword.index) return { projectionType: ProjectionType.ALL };
  return {
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: LISTED.filter((name) => !keys.includes(name)),
  };
}
