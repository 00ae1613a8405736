import * as z from 'zod';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { type Form, formSchema } from './form.ts';

/** Partition of the forms in the configuration table. No other file spells these keys. */
export const FORMS = 'FORM';
/** Partition of the builders' signing secrets. Only form-webhook may read it (infra/constructs/configuration.ts). */
export const FORM_SECRETS = 'FORM_SECRET';
/** Builds the key of a form by its id. */
export const formKey = (id: string): Key => ({ pk: FORMS, sk: id });
/** Builds the key of a form's signing secret. */
export const formSecretKey = (id: string): Key => ({ pk: FORM_SECRETS, sk: id });

const formSecretSchema = z.object({ signingSecret: z.string().min(1) });

/** Parses a stored form. @throws ZodError for any other item. */
export function parseForm(item: Item): Form {
  return formSchema.parse(item);
}

/** Reads the signing secret from its item. @throws ZodError for any other item. */
export function parseFormSecret(item: Item): string {
  return formSecretSchema.parse(item).signingSecret;
}
