import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface SendgateTableProps {
  readonly tableName: string;
  readonly key: IKey;
  readonly stream?: StreamViewType;
  readonly timeToLiveAttribute?: string;
}

/** What the construct that owns a table is given. */
export interface TableOwnerProps {
  readonly organization: string;
  readonly key: IKey;
  /** Whether the table's changes are streamed. */
  readonly isFollowed: boolean;
}

/** A table with what all of ours share: pk and sk, on demand, encrypted with our key, recoverable, and never gone by accident. */
export class SendgateTable extends Table {
  constructor(
    scope: Construct,
    id: string,
    { tableName, key, stream, timeToLiveAttribute }: SendgateTableProps,
  ) {
    super(scope, id, {
      tableName,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(stream !== undefined && { stream }),
      ...(timeToLiveAttribute !== undefined && { timeToLiveAttribute }),
    });
  }
}
