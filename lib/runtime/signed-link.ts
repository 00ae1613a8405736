import { SignatureV4 } from '@smithy/signature-v4';

type Init = ConstructorParameters<typeof SignatureV4>[0];

/** Signs links: an SDK client's configuration, with its region and credentials. */
export interface Signer extends Pick<Init, 'region' | 'credentials' | 'sha256'> {
  /** Address of another S3 than AWS's. There the bucket is a part of the path. */
  readonly endpoint?: string | undefined;
}

export interface LinkValidity {
  /** Lifetime of the link. It ends earlier when the credentials that sign it expire. */
  readonly seconds: number;
  readonly now: Date;
  /** Further parameters of S3's GetObject, such as `response-content-disposition`. */
  readonly query?: Readonly<Record<string, string>>;
}

const HASH_HEADER = 'x-amz-content-sha256';

/**
 * Signs a link that downloads one object of S3 (Signature Version 4 in the query). Anyone who has the link can use it until it
 * expires.
 */
export async function signedLink(
  signer: Signer,
  object: { readonly bucket: string; readonly key: string },
  { seconds, now, query = {} }: LinkValidity,
): Promise<string> {
  const { region, credentials, sha256, endpoint } = signer;
  const name = typeof region === 'string' ? region : await region();
  const url = endpoint
    ? new URL(`${object.bucket}/${object.key}`, `${endpoint.replace(/\/$/, '')}/`)
    : new URL(object.key, `https://${object.bucket}.s3.${name}.amazonaws.com/`);
  const signature = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const unsigned = new Set([HASH_HEADER]);
  const signed = await signature.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path: url.pathname,
      query: { ...query },
      // A download has no body: S3 takes this word for its hash. The header itself is neither sent nor signed.
      headers: { host: url.host, [HASH_HEADER]: 'UNSIGNED-PAYLOAD' },
    },
    { expiresIn: seconds, signingDate: now, unsignableHeaders: unsigned, unhoistableHeaders: unsigned },
  );
  const parameters = Object.entries(signed.query ?? {}).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
  );
  return `${url.origin}${url.pathname}?${parameters.join('&')}`;
}
