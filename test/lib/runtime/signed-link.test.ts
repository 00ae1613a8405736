import { S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { signedLink } from '../../../lib/runtime/signed-link.ts';

const { sha256 } = new S3Client({ region: 'us-east-1' }).config;
const credentials = async () => ({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
});
const now = new Date('2013-05-24T00:00:00Z');

/**
 * Checks AWS's own example, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" in the S3 API reference,
 * with the host name that it has there.
 */
it('S7 a link to an export is signed as AWS’s own example is', async () => {
  const signer = {
    region: 'us-east-1',
    credentials,
    sha256,
    endpoint: 'https://examplebucket.s3.amazonaws.com',
  };
  // The example's host names the bucket, so the path is the key alone.
  const link = new URL(await signedLink(signer, { bucket: '.', key: 'test.txt' }, { seconds: 86_400, now }));
  expect(link.pathname).toBe('/test.txt');
  expect(Object.fromEntries(link.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  });
});

it('S7 a link names the bucket and its region, and carries the session of a role', async () => {
  const role = async () => ({ ...(await credentials()), sessionToken: 'session/=' });
  const signer = { region: async () => 'eu-west-1', credentials: role, sha256 };
  const query = { 'response-content-disposition': 'attachment; filename="a.csv"' };
  const object = { bucket: 'acme-exports', key: 'exports/1.csv' };
  const link = new URL(await signedLink(signer, object, { seconds: 300, now, query }));
  expect(link.origin + link.pathname).toBe('https://acme-exports.s3.eu-west-1.amazonaws.com/exports/1.csv');
  expect(link.searchParams.get('X-Amz-Security-Token')).toBe('session/=');
  expect(link.searchParams.get('response-content-disposition')).toBe('attachment; filename="a.csv"');
  expect(link.searchParams.get('X-Amz-Expires')).toBe('300');
});
