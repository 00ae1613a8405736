import * as z from 'zod';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { type Form, formSchema } from './form.ts';

/** How forms lie in the configuration's table. No other file spells these keys. */
export const FORMS = 'FORM';
/** Partition of the secrets with which builders sign. Only form-webhook may read it (infra/constructs/configuration.ts). */
export const FORM_SECRETS = 'FORM_SECRET';
export const formKey = (id: string): Key => ({ pk: FORMS, sk: id });
export const formSecretKey = (id: string): Key => ({ pk: FORM_SECRETS, sk: id });

const formSecretSchema = z.object({ signingSecret: z.string().min(1) });

export function parseForm(item: Item): Form {
  return formSchema.parse(item);
}

/** The signing secret in its item. */
export function parseFormSecret(item: Item): string {
  return formSecretSchema.parse(item).signingSecret;
}
