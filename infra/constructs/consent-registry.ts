import { AttributeType, ProjectionType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LISTED, LISTS } from '../../lib/consent/consent-items.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import { SendgateTable, type TableOwnerProps } from './sendgate-table.ts';

/** The consent registry. It says itself who may read it and who may add to it; nobody may take anything away. */
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

  /** May read every event of a number. */
  grantHistory(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:Query');
  }

  /** May page through the lists: who stands where, since when, and by which keyword. */
  grantLists(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    const resources = Object.values(LISTS).map(({ index }) => `${this.table.tableArn}/index/${index}`);
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  /** May page through the opt-ins by a keyword, and read nothing else. */
  grantKeywordList(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    const resources = [`${this.table.tableArn}/index/${LISTS.byKeyword.index}`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
    this.table.encryptionKey?.grantDecrypt(fn);
  }

  /** May read the registry from end to end: exports, which concern all of it. */
  grantWalk(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:Scan', 'dynamodb:Query');
  }

  /** May read states and add events: puts of a new event, the state behind it and the marker of its source. */
  grantRecord(fn: SendgateFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  }

  /** May make a write depend on consent being unchanged: the send transaction. */
  grantCondition(fn: SendgateFunction): void {
    this.grant(fn, 'dynamodb:ConditionCheckItem');
  }

  private grant(fn: SendgateFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn] }));
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}

/** An index of states carries what a list shows of them; the one of keywords carries its small items whole. */
function projectionOf(index: string, keys: readonly string[]) {
  if (index === LISTS.byKeyword.index) return { projectionType: ProjectionType.ALL };
  return {
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: LISTED.filter((name) => !keys.includes(name)),
  };
}
