/** The proof of origin of a form builder, as data. Each scheme has a verifier in this folder. */
export type Proof =
  /** The form's own secret in the header `x-sendgate-secret`, in the URL or in the builder's own place. Nothing is signed. */
  | {
      readonly scheme: 'secret';
      /** A field of the body that carries the secret. It is removed before the body is stored. */
      readonly bodyField?: string;
      /** A header that carries the secret, in lower case. */
      readonly header?: string;
    }
  /** An HMAC-SHA256 of the raw body. */
  | {
      readonly scheme: 'hmac';
      readonly header: string;
      readonly prefix: string;
      readonly encoding: 'base64' | 'hex';
    }
  /** A hex HMAC-SHA256 of a timestamp and the raw body. */
  | {
      readonly scheme: 'timestampedHmac';
      readonly header: string;
      /** Name of the signature in a header `t=...,<name>=...`; absent when the header is the signature alone. */
      readonly signatureName?: string;
      /** The header with the timestamp; absent when the signature's header has it. */
      readonly timestampHeader?: string;
      readonly separator: '.' | ':';
      readonly unit: 'seconds' | 'milliseconds';
    }
  /** A JWT (HS256) whose claim `sha256` is the hex SHA-256 of the body. */
  | { readonly scheme: 'jwt'; readonly header: string; readonly issuer: string }
  /** HubSpot's version 3: base64 HMAC-SHA256 of method, URI, body and timestamp. */
  | { readonly scheme: 'hubspot' };

/** The parts of a request that signatures cover. */
export interface SignedRequest {
  /** Headers by name in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw bytes. */
  readonly body: Buffer;
  readonly method: string;
  /** The URL that the builder called, with its query. Its host is configured and not read from the Host header. */
  readonly url: string;
}

/**
 * The result of a check.
 *
 * - `missing`: the header with the proof is missing or malformed.
 * - `stale`: the time of signing is outside the replay window, so the request may be a replay.
 */
export type ProofResult = 'proved' | 'missing' | 'wrong' | 'stale';

/** Maximum age of a signed request, and maximum lead of a builder's clock. */
export const REPLAY_WINDOW_SECONDS = 300;
