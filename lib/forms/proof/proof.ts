/** How a form builder proves that a request is its own. Data: each scheme has one verifier beside this file. */
export type Proof =
  /** Nothing is signed: the form's own secret, in the header `x-sendgate-secret`, in the URL or in a place of the builder's. */
  | {
      readonly scheme: 'secret';
      /** A field of the body that carries the secret. It is taken out before anything is stored. */
      readonly bodyField?: string;
      /** A header that carries the secret, lower case. */
      readonly header?: string;
    }
  /** HMAC-SHA256 of the raw body. */
  | {
      readonly scheme: 'hmac';
      readonly header: string;
      readonly prefix: string;
      readonly encoding: 'base64' | 'hex';
    }
  /** Hex HMAC-SHA256 of a timestamp and the raw body. */
  | {
      readonly scheme: 'timestampedHmac';
      readonly header: string;
      /** Where the signature stands in `t=...,<name>=...`; absent when the header is the signature alone. */
      readonly signatureName?: string;
      /** The header that holds the timestamp, when the signature's header does not. */
      readonly timestampHeader?: string;
      readonly separator: '.' | ':';
      readonly unit: 'seconds' | 'milliseconds';
    }
  /** A JWT (HS256) whose claim `sha256` is the hex SHA-256 of the body. */
  | { readonly scheme: 'jwt'; readonly header: string; readonly issuer: string }
  /** HubSpot's version 3: base64 HMAC-SHA256 of method, URI, body and timestamp. */
  | { readonly scheme: 'hubspot' };

/** What a signature is checked over. */
export interface SignedRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they came. */
  readonly body: Buffer;
  readonly method: string;
  /** The address that the builder called, from configuration and not from the Host header, query included. */
  readonly url: string;
}

export type ProofResult =
  | 'proved'
  /** The header that proves the origin is missing or is not of its form. */
  | 'missing'
  | 'wrong'
  /** Signed longer ago, or further ahead, than a request takes: somebody may be replaying it. */
  | 'stale';

/** How old a signed request may be, and how far a builder's clock may run ahead. */
export const REPLAY_WINDOW_SECONDS = 300;
