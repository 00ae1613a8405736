import { AttributeType, ProjectionType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { WORK_INDEX } from '../../lib/automation/enrollment-items.ts';
import { COLLECTION_INDEX } from '../../lib/messaging/message-items.ts';
import type { HouseFunction } from './house-function.ts';
import { HouseTable, type TableOwnerProps } from './house-table.ts';

const string = (name: string) => ({ name, type: AttributeType.STRING });

/** Leads, their enrollments, texts and submissions, members of campaigns, with the index of what is due and the index of collections. */
export class Outreach extends Construct {
  readonly table: HouseTable;

  constructor(scope: Construct, id: string, props: TableOwnerProps) {
    super(scope, id);
    this.table = new HouseTable(this, 'table', {
      tableName: `sendgate-${props.organization}-outreach`,
      key: props.key,
      timeToLiveAttribute: 'expiresAt',
      // Both images: an outcome is a status that is another one than before.
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

  /** Reads and writes items; removes none. */
  grantUse(fn: HouseFunction): void {
    fn.setEnvironment({ outreachTable: this.table.tableName });
    this.grantOn(fn, [this.table.tableArn], ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    this.grantIndexes(fn);
  }

  /** Reads exports and keeps their progress. */
  grantExports(fn: HouseFunction): void {
    fn.setEnvironment({ outreachTable: this.table.tableName });
    this.grantOn(fn, [this.table.tableArn], ['GetItem', 'UpdateItem']);
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }

  /** Reads the due index, keeps its marks. */
  grantCycle(fn: HouseFunction): void {
    fn.setEnvironment({ outreachTable: this.table.tableName });
    this.grantOn(fn, [this.table.tableArn], ['GetItem', 'PutItem']);
    this.grantOn(fn, [`${this.table.tableArn}/index/${WORK_INDEX}`], ['Query']);
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }

  private grantIndexes(fn: HouseFunction): void {
    const indexes = [WORK_INDEX, COLLECTION_INDEX].map((name) => `${this.table.tableArn}/index/${name}`);
    this.grantOn(fn, indexes, ['Query']);
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }

  private grantOn(fn: HouseFunction, resources: string[], actions: string[]): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources }),
    );
  }
}
