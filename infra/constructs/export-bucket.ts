import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EXPORT_DAYS } from '../../lib/exports/export.ts';
import type { SendgateFunction } from './sendgate-function.ts';

/** Stores exports until they expire: encrypted with the organization's key, TLS only, never public. */
export class ExportBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { key }: { readonly key: IKey }) {
    super(scope, id);
    this.bucket = new Bucket(this, 'bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        { id: 'exports-expire', expiration: Duration.days(EXPORT_DAYS) },
        { id: 'unfinished-exports-expire', abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'An export is fetched by a link of five minutes that the admin API hands to an admin, and its own record says who asked ' +
        'for it. Logs of the bucket would repeat that, and would hold who looked at whom for longer than the export itself.',
    });
  }

  /** Lets a function write exports, and nothing else in the bucket. */
  grantWrite(fn: SendgateFunction): void {
    this.grant(fn, ['s3:PutObject', 's3:AbortMultipartUpload']);
    this.bucket.encryptionKey?.grantEncryptDecrypt(fn);
  }

  /** Lets a function create links to exports. A link carries the permission of the function that signs it. */
  grantLink(fn: SendgateFunction): void {
    this.grant(fn, ['s3:GetObject']);
    this.bucket.encryptionKey?.grantDecrypt(fn);
  }

  private grant(fn: SendgateFunction, actions: string[]): void {
    fn.setEnvironment({ exportBucket: this.bucket.bucketName });
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.bucket.arnForObjects('exports/*')] }));
    if (!fn.role) return;
    const logicalId = Stack.of(this).resolve((this.bucket.node.defaultChild as CfnBucket).logicalId);
    Validations.of(fn.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/exports/*]`,
      reason: 'Each export is an object of its own name, and all of them lie under exports/.',
    });
  }
}
