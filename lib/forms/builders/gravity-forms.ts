import type { Fields } from '../payload.ts';
import type { Answer, Builder } from './builder.ts';
import { answersOf, readUtc } from './read-members.ts';

/** Gravity Forms' own members of an entry, which are no answers. */
const OWN = [
  'id',
  'form_id',
  'date_created',
  'date_updated',
  'is_starred',
  'is_read',
  'ip',
  'source_url',
  'source_id',
  'post_id',
  'currency',
  'payment_status',
  'payment_date',
  'transaction_id',
  'payment_amount',
  'payment_method',
  'is_fulfilled',
  'created_by',
  'transaction_type',
  'user_agent',
  'status',
];

/** Gravity Forms posts an entry under the numbers of its fields, without labels. A part of a field has a name such as `1.3`. */
export const gravityForms: Builder = {
  title: 'Gravity Forms',
  contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`. In WordPress: the form, Settings, Webhooks, Add New; {url}, method POST, format JSON.',
    'Add the request header `x-sendgate-secret` with the secret, and choose "All Fields" as the body.',
    'Entries carry numbers and no labels: map at least `fields.phone` to the id of the phone field, such as `4`. A name or address field is mapped by its number too (`fields.name: "1"`).',
    'Name the consent box in `checkboxes` as `<field>.<n>`, such as `6.1`.',
  ],
  retries: 'not confirmed; a repetition has the same entry id and counts once',
  verifiedWith: 'gravityforms.entry.json: a real entry, with a consent field added',
  parse: (payload) => ({
    answers: [...answersOf(payload, ...OWN), ...groups(payload)],
    submissionId:
      payload['id'] === undefined ? undefined : `${String(payload['form_id'])}:${String(payload['id'])}`,
    submittedAt: readUtc(payload['date_created']),
    pageUrl: payload['source_url'],
    ip: payload['ip'],
    userAgent: payload['user_agent'],
  }),
};

/** Joins the parts of fields. A name has the parts .3 and .6, an address .1 and .3 to .6. */
function groups(payload: Fields): Answer[] {
  const numbers = new Set(Object.keys(payload).flatMap((key) => /^(\d+)\.\d+$/.exec(key)?.[1] ?? []));
  return [...numbers].map((number) => {
    const part = (index: number) => payload[`${number}.${index}`];
    const isName =
      part(3) !== undefined && part(6) !== undefined && part(1) === undefined && part(5) === undefined;
    if (isName) return { names: [number], value: { first: part(3), last: part(6) }, fact: 'name' as const };
    const value = { street: part(1), street2: part(2), city: part(3), state: part(4), zip: part(5) };
    return { names: [number], value };
  });
}
