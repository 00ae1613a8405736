import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { HouseFunction } from './house-function.ts';
import { HouseTable } from './house-table.ts';

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];

/** The consent registry. It says itself who may read it and who may add to it; nobody may take anything away. */
export class ConsentRegistry extends Construct {
  readonly table: HouseTable;

  constructor(scope: Construct, id: string, props: { readonly organization: string; readonly key: IKey }) {
    super(scope, id);
    this.table = new HouseTable(this, 'table', {
      tableName: `sendgate-${props.organization}-consent`,
      key: props.key,
      stream: StreamViewType.NEW_IMAGE,
    });
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

  /** May see what consent says, not change it. */
  grantRead(fn: HouseFunction): void {
    fn.setEnvironment({ consentTable: this.table.tableName });
    this.grant(fn, ...READ);
  }

  /** May add events: puts of a new event, the state behind it and the marker of its source. */
  grantRecord(fn: HouseFunction): void {
    this.grantRead(fn);
    this.grant(fn, 'dynamodb:PutItem');
  }

  /** May make a write depend on consent being unchanged: the send transaction. */
  grantCondition(fn: HouseFunction): void {
    this.grant(fn, 'dynamodb:ConditionCheckItem');
  }

  private grant(fn: HouseFunction, ...actions: string[]): void {
    this.table.grant(fn, ...actions);
    this.table.encryptionKey?.grantEncryptDecrypt(fn);
  }
}
