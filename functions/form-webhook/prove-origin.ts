import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { Builder } from '../../lib/forms/builders/builder.ts';
import type { Form } from '../../lib/forms/form.ts';
import type { Fields } from '../../lib/forms/payload.ts';
import type { SignedRequest } from '../../lib/forms/proof/proof.ts';
import { containsSecret } from '../../lib/forms/proof/secret.ts';
import { verifySignature } from '../../lib/forms/proof/verify.ts';
import { type HttpAnswer, problemAnswer } from '../../lib/runtime/problem.ts';

const HINTS = {
  missing: "The builder's signature is missing. Sign with the secret that the form was set up with.",
  wrong: "The builder's signature does not fit the body. Check that both sides have the same signing secret.",
  stale: 'The request was signed too long ago, or ahead of time. Send it again with a new signature.',
};

/**
 * Checks the builder's signature, when the form has a signing secret.
 *
 * @returns the answer 401 when the signature does not prove the origin; undefined when it does, or none is needed.
 */
export async function refuseUnsigned(
  form: Form,
  builder: Builder,
  request: SignedRequest,
  configuration: Pick<Configuration, 'signingSecret'>,
  now: Date,
): Promise<HttpAnswer | undefined> {
  if (!form.signed) return undefined;
  const secret = await configuration.signingSecret(form.id);
  const { proof } = builder;
  // A secret that was stored for another builder, or lost, proves nothing.
  if (secret === undefined || proof.scheme === 'secret') return refusal(HINTS.missing);
  const verdict = await verifySignature(proof, secret, request, now);
  return verdict === 'proved' ? undefined : refusal(HINTS[verdict]);
}

/**
 * Checks the form's own secret, in every place where its builder can put it.
 *
 * @param secret from the header `x-sendgate-secret` or the query.
 * @returns the answer 401 when no place holds the secret; undefined when one does, or none is needed.
 */
export function refuseWithoutSecret(
  form: Form,
  { proof, secretIs }: Builder,
  request: SignedRequest,
  secret: string | undefined,
  fields: Fields,
): HttpAnswer | undefined {
  if (form.secretHash === undefined) return undefined;
  // Meta's word is for the check of the address; its submissions are signed.
  if (secretIs === 'verification' && form.signed) return undefined;
  const places: unknown[] = [secret];
  if (proof.scheme === 'secret' && proof.header) places.push(request.headers[proof.header]);
  if (proof.scheme === 'secret' && proof.bodyField) places.push(fields[proof.bodyField]);
  return containsSecret(form.secretHash, places)
    ? undefined
    : refusal("Send the form's secret in the header x-sendgate-secret or as ?secret= in the URL.");
}

/** Returns the fields to store: without the secret that some builders put among them. */
export function withoutSecret({ proof }: Builder, fields: Fields): Fields {
  if (proof.scheme !== 'secret' || proof.bodyField === undefined) return fields;
  const { [proof.bodyField]: _secret, ...stored } = fields;
  return stored;
}

function refusal(detail: string): HttpAnswer {
  return problemAnswer({ status: 401, title: 'Secret missing or wrong', detail });
}
