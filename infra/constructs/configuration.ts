import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { HouseFunction } from './house-function.ts';
import { HouseTable } from './house-table.ts';

/** What admins change at run time: settings, forms, automations. */
export class Configuration extends Construct {
  readonly table: HouseTable;

  constructor(scope: Construct, id: string, props: { readonly organization: string; readonly key: IKey }) {
    super(scope, id);
    this.table = new HouseTable(this, 'table', {
      tableName: `sendgate-${props.organization}-configuration`,
      key: props.key,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    });
  }

  grantRead(fn: HouseFunction): void {
    fn.setEnvironment({ configurationTable: this.table.tableName });
    this.table.grant(fn, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query');
    this.table.encryptionKey?.grantDecrypt(fn);
  }

  grantChange(fn: HouseFunction): void {
    this.grantRead(fn);
    this.table.grant(fn, 'dynamodb:PutItem', 'dynamodb:DeleteItem');
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}
