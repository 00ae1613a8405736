import { createPublicKey, createVerify, randomBytes } from 'node:crypto';
import { parse as parseQuery } from 'node:querystring';

export interface ConnectedApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user that the app runs as, and that a signed assertion may name. */
  readonly username: string;
  /** PEM of the certificate's public key, for assertions (JWT bearer). */
  readonly publicKey?: string;
}

const ORGANIZATION_ID = '00D5f000000TESTEAO';
const USER_ID = '0055f000000USERAAE';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** The token endpoint and the sessions that it opened. */
export class Sessions {
  private readonly app: ConnectedApp;
  private readonly open = new Set<string>();
  /** Counts the tokens that were issued. */
  issued = 0;

  constructor(app: ConnectedApp) {
    this.app = app;
  }

  isOpen(authorization: string | undefined): boolean {
    return this.open.has(authorization?.replace(/^(Bearer|OAuth) /, '') ?? '');
  }

  /** Ends every session, as an admin or a time-out does. */
  expire(): void {
    this.open.clear();
  }

  /** Answers `POST /services/oauth2/token`. */
  token(body: string, instanceUrl: string): { readonly status: number; readonly body: object } {
    const fields = parseQuery(body);
    const refusal = this.refusal(fields as Record<string, string>, instanceUrl);
    if (refusal) return { status: 400, body: refusal };
    const token = `${ORGANIZATION_ID.slice(0, 15)}!AQ${randomBytes(36).toString('base64url')}`;
    this.open.add(token);
    this.issued++;
    return {
      status: 200,
      body: {
        access_token: token,
        signature: randomBytes(32).toString('base64'),
        scope: 'api',
        instance_url: instanceUrl,
        id: `https://login.salesforce.com/id/${ORGANIZATION_ID}/${USER_ID}`,
        token_type: 'Bearer',
        issued_at: String(Date.now()),
      },
    };
  }

  private refusal(fields: Readonly<Record<string, string>>, instanceUrl: string): object | undefined {
    if (fields['grant_type'] === 'client_credentials') {
      const { clientId, clientSecret } = this.app;
      const isKnown = fields['client_id'] === clientId && fields['client_secret'] === clientSecret;
      return isKnown
        ? undefined
        : { error: 'invalid_client', error_description: 'invalid client credentials' };
    }
    if (fields['grant_type'] === JWT_BEARER)
      return this.assertionRefusal(fields['assertion'] ?? '', instanceUrl);
    return { error: 'unsupported_grant_type', error_description: 'grant type not supported' };
  }

  private assertionRefusal(assertion: string, instanceUrl: string): object | undefined {
    const grant = (error_description: string) => ({ error: 'invalid_grant', error_description });
    const [head = '', payload = '', signature = ''] = assertion.split('.');
    const verify = createVerify('RSA-SHA256').update(`${head}.${payload}`);
    const key = this.app.publicKey;
    if (!key || !verify.verify(createPublicKey(key), Buffer.from(signature, 'base64url'))) {
      return grant('invalid assertion');
    }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (claims['iss'] !== this.app.clientId) {
      return { error: 'invalid_client_id', error_description: 'client identifier invalid' };
    }
    if (claims['sub'] !== this.app.username) return grant("user hasn't approved this consumer");
    if (![...AUDIENCES, instanceUrl].includes(String(claims['aud']))) return grant('audience is invalid');
    const expiry = Number(claims['exp']) * 1000 - Date.now();
    // Salesforce takes three minutes at most.
    return expiry > 0 && expiry <= 3 * 60_000 ? undefined : grant('expired authorization code');
  }
}
