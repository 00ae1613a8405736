import {
  BucketAlreadyExists,
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Provisioned } from './provision.ts';

/** Creates one bucket, unless it exists. @param name is written in lower case and cut to 63 characters, which S3 demands. */
export async function provisionBucket(client: S3Client, name: string): Promise<Provisioned> {
  const Bucket = name.toLowerCase().slice(0, 63);
  try {
    await client.send(new CreateBucketCommand({ Bucket }));
  } catch (error) {
    const isThere = error instanceof BucketAlreadyOwnedByYou || error instanceof BucketAlreadyExists;
    if (!isThere) throw error;
  }
  return { name: Bucket, arn: `arn:aws:s3:::${Bucket}` };
}
