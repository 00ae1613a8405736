import type { NewConsentEvent } from '../consent/consent-event.ts';
import type { CrmRecord } from './look-up.ts';
import { fieldKey, type Lookup, type OwnWrite, type Seen } from './lookup-store.ts';

/** A field that says true and did not when it was seen last: somebody attests an opt-in. */
export interface CrmOptIn {
  readonly number: string;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
  /** The record's last-modified date, ISO 8601 UTC. */
  readonly modifiedAt: string;
  /** What it said when it was seen last, if it ever was. */
  readonly before: Seen | undefined;
}

/**
 * Which fields newly say true (H6): of several records of a number any true counts, and each is evidence of its own. A field
 * that said true already attests nothing new, however often its record is edited; one that was false in between does.
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
 * Whether a true is only the echo of what sendgate wrote for a ticked checkbox. Consent belongs to the number that gave it
 * (B2): the record's other numbers get none from it, unless somebody unticked the field and ticked it again.
 */
export function isOwnWrite({ before }: CrmOptIn, echo: OwnWrite | undefined): boolean {
  if (!echo) return false;
  const wasUnticked = before?.value === false && before.modifiedAt > echo.writtenAt;
  return !wasUnticked;
}

/** The consent event of an attestation. The same record, field and change of it is one event, whoever reads it twice. */
export function crmOptInEvent({ number, object, recordId, field, modifiedAt }: CrmOptIn): NewConsentEvent {
  return {
    number,
    kind: 'crmAttested',
    occurredAt: modifiedAt,
    sourceId: `crm:${fieldKey(recordId, field)}:true:${modifiedAt}`,
    evidence: { source: 'crm', object, recordId, field, value: true, lastModifiedAt: modifiedAt },
  };
}

/** What is known of a number after a look-up: what was seen before, and what was seen now. */
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
