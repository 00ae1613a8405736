import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Writes an object in parts, by one worker after another. */
export interface Upload {
  /** @returns the id of the upload. */
  begin(key: string, contentType: string): Promise<string>;
  /** @param partNumber counted from 1. @returns the part's entity tag. */
  part(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<string>;
  complete(key: string, uploadId: string, tags: readonly string[]): Promise<void>;
  abort(key: string, uploadId: string): Promise<void>;
}

/** Creates the multipart uploads of a bucket. */
export function createUpload(client: S3Client, Bucket: string): Upload {
  return {
    begin: async (Key, ContentType) => {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType }));
      if (!UploadId) throw new Error('The upload was begun without an id');
      return UploadId;
    },
    part: async (Key, UploadId, PartNumber, Body) => {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
      const { ETag } = await client.send(command);
      if (!ETag) throw new Error('A part was stored without a tag');
      return ETag;
    },
    complete: async (Key, UploadId, tags) => {
      const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      const command = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
      await client.send(new CompleteMultipartUploadCommand(command));
    },
    abort: async (Key, UploadId) => {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    },
  };
}
