import { DeleteCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Form, FormInput } from '../forms/form.ts';
import { FORMS, formKey, formSecretKey, parseForm, parseFormSecret } from '../forms/form-items.ts';
import { readItem } from '../runtime/dynamodb.ts';
import { sha256 } from '../runtime/sha256.ts';
import { listItems, parseIfPresent, removeItem } from './configuration-table.ts';
import { createSettingsStore, type SettingsStoreDeps } from './settings-store.ts';

/**
 * Reads and writes all that admins change at run time: settings, automations and keywords through the settings store, and forms.
 * Every read is strongly consistent, so a saved change holds from the next read on (H1).
 */
export type Configuration = ReturnType<typeof createConfiguration>;

/** Creates the configuration. @param deps.table the configuration table. */
export function createConfiguration(deps: SettingsStoreDeps) {
  return {
    ...createSettingsStore(deps),

    form: async (id: string): Promise<Form | undefined> =>
      parseIfPresent(await readItem(deps, formKey(id)), parseForm),
    forms: async (): Promise<Form[]> => (await listItems(deps, FORMS)).map(parseForm),
    /** Stores a form. An absent secret keeps the stored one; null removes it. */
    putForm: (input: FormInput) => putForm(deps, input),
    /** Reads the secret with which a form's builder signs; undefined when there is none. Must never be shown or logged. */
    signingSecret: async (formId: string): Promise<string | undefined> =>
      parseIfPresent(await readItem(deps, formSecretKey(formId)), parseFormSecret),
    /** Removes a form and its secret. @returns false when there was no form. */
    removeForm: async (id: string): Promise<boolean> => {
      // The delete does not return the old item, so no stored secret reaches this code.
      await deps.client.send(new DeleteCommand({ TableName: deps.table, Key: formSecretKey(id) }));
      return removeItem(deps, formKey(id));
    },
  };
}

async function putForm(
  deps: SettingsStoreDeps,
  { secret, signingSecret, ...input }: FormInput,
): Promise<Form> {
  const before = parseIfPresent(await readItem(deps, formKey(input.id)), parseForm);
  const secretHash = secret === undefined ? before?.secretHash : secret && sha256(secret);
  const signed = signingSecret === undefined ? (before?.signed ?? false) : signingSecret !== null;
  const form: Form = { ...input, signed, ...(secretHash && { secretHash }) };
  const updatedAt = deps.now().toISOString();
  const secretItem = { TableName: deps.table, Key: formSecretKey(input.id) };
  await deps.client.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName: deps.table, Item: { ...formKey(input.id), ...form, updatedAt } } },
        ...(signingSecret === null ? [{ Delete: secretItem }] : []),
        ...(typeof signingSecret === 'string'
          ? [{ Put: { TableName: deps.table, Item: { ...secretItem.Key, signingSecret, updatedAt } } }]
          : []),
      ],
    }),
  );
  return form;
}
