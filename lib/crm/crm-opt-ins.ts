import type { NewConsentEvent } from '../consent/consent-event.ts';
import type { CrmRecord } from './look-up.ts';
import { fieldKey, type Lookup, type OwnWrite, type Seen } from './lookup-store.ts';

/** An opt-in from the CRM: a mapped field that is true now and was not at the last look-up (H6). */
export interface CrmOptIn {
  readonly number: string;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
  /** The record's last-modified date, ISO 8601 UTC. */
  readonly modifiedAt: string;
  /** The field at the last look-up; undefined when it was never read. */
  readonly before: Seen | undefined;
}

/**
 * Finds the fields that newly say true (H6). Every record of a number counts, and each true field is evidence of its own. A field
 * that said true before is no new opt-in, even if its record was edited. A field that was false in between is one.
 *
 * @param lookups the last look-up of each number.
 */
export function crmOptInsOf(records: readonly CrmRecord[], lookups: ReadonlyMap<string, Lookup>): CrmOptIn[] {
  return records.flatMap(({ object, id, numbers, modifiedAt, values }) =>
    numbers.flatMap((number) =>
      Object.entries(values).flatMap(([field, value]) => {
        const before = lookups.get(number)?.seen[fieldKey(id, field)];
        if (!value || before?.value === true) return [];
        return [{ number, object, recordId: id, field, modifiedAt, before }];
      }),
    ),
  );
}

/**
 * Decides whether a field is true only because sendgate ticked it for a form's checkbox. Consent belongs to the number that gave
 * it (B2), so the record's other numbers get none from an own write, unless somebody unticked the field and ticked it again.
 */
export function isOwnWrite({ before }: CrmOptIn, ownWrite: OwnWrite | undefined): boolean {
  if (!ownWrite) return false;
  const wasUnticked = before?.value === false && before.modifiedAt > ownWrite.writtenAt;
  return !wasUnticked;
}

/** Builds the consent event of a CRM opt-in. The same change of a field, read twice, is one event. */
export function crmOptInEvent({ number, object, recordId, field, modifiedAt }: CrmOptIn): NewConsentEvent {
  return {
    number,
    kind: 'crmAttested',
    occurredAt: modifiedAt,
    sourceId: `crm:${fieldKey(recordId, field)}:true:${modifiedAt}`,
    evidence: { source: 'crm', object, recordId, field, value: true, lastModifiedAt: modifiedAt },
  };
}

/** Builds the stored look-up of a number: the fields that were seen before, overwritten by those of now. */
export function lookupAfter(
  number: string,
  records: readonly CrmRecord[],
  before: Lookup | undefined,
  now: Date,
): Lookup {
  const seen = Object.fromEntries(
    records
      .filter(({ numbers }) => numbers.includes(number))
      .flatMap(({ id, modifiedAt, values }) =>
        Object.entries(values).map(([field, value]) => [fieldKey(id, field), { value, modifiedAt }]),
      ),
  );
  return { number, lookedUpAt: now.toISOString(), seen: { ...before?.seen, ...seen } };
}
