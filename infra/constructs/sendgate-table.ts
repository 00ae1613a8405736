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

/** The properties of a construct that owns a table. */
export interface TableOwnerProps {
  readonly organization: string;
  readonly key: IKey;
  /** True when the table streams its changes. */
  readonly isFollowed: boolean;
}

/**
 * Creates a table in the shape of all tables: keys pk and sk, on demand, encrypted with the organization's key, point-in-time
 * recovery, and protection from deletion.
 */
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
