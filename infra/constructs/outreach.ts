import { AttributeType, ProjectionType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { COLLECTION_INDEX } from '../../lib/tables/collection.ts';
import { WORK_INDEX } from '../../lib/tables/outreach.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import { SendgateTable, type TableOwnerProps } from './sendgate-table.ts';

type Action = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'ConditionCheckItem';
type Index = typeof WORK_INDEX | typeof COLLECTION_INDEX;

const string = (name: string) => ({ name, type: AttributeType.STRING });

/** Holds the table of leads with their enrollments, texts and submissions, and of campaigns' members (lib/tables/outreach.ts). */
export class Outreach extends Construct {
  readonly table: SendgateTable;

  constructor(scope: Construct, id: string, props: TableOwnerProps) {
    super(scope, id);
    this.table = new SendgateTable(this, 'table', {
      tableName: `sendgate-${props.organization}-outreach`,
      key: props.key,
      timeToLiveAttribute: 'expiresAt',
      // Publishing compares both images: only a changed status is an outcome.
      ...(props.isFollowed && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: WORK_INDEX,
      partitionKey: string('work'),
      sortKey: string('workOrder'),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['number', 'step'],
    });
    this.table.addGlobalSecondaryIndex({
      indexName: COLLECTION_INDEX,
      partitionKey: string('collection'),
      sortKey: string('collectionOrder'),
      projectionType: ProjectionType.ALL,
    });
  }

  /**
   * Lets a function read and write items. No function may delete any. test/grants compares each grant with its use.
   *
   * @param indexes the indexes that the function queries.
   */
  grantUse(fn: SendgateFunction, actions: readonly Action[], indexes: readonly Index[] = []): void {
    fn.setEnvironment({ outreachTable: this.table.tableName });
    const { tableArn, encryptionKey } = this.table;
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [tableArn],
      }),
    );
    if (indexes.length > 0) {
      const resources = indexes.map((index) => `${tableArn}/index/${index}`);
      fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
    }
    encryptionKey?.grantEncryptDecrypt(fn);
  }
}
