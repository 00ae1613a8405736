import { checkMapping } from './check-mapping.ts';
import type { CrmJob, Write } from './crm-job.ts';
import type { CrmRecord } from './look-up.ts';
import type { Described } from './plan.ts';
import { type CrmObject, findCrmObject, type Mapping } from './preferences.ts';
import { findObjectField } from './salesforce.ts';

/** A field of a record to tick. */
export interface Tick {
  readonly checkbox: number;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
}

/**
 * Plans the writes of a lead's ticked checkboxes (H9). Checkbox N goes to the fields that are mapped to N, on every record of the
 * mapped object that has the number, since consent belongs to the number and not to one record (B2).
 *
 * @param records those of the look-up just before; a field that is true already is not written again.
 * @returns `ticks`: the fields to tick. `withoutWrite`: the outcomes of all other fields.
 */
export function planWrites(
  { checkboxes, number }: Pick<CrmJob, 'checkboxes' | 'number'>,
  mappings: readonly Mapping[],
  objects: readonly CrmObject[],
  described: Described,
  records: readonly CrmRecord[],
): { readonly ticks: readonly Tick[]; readonly withoutWrite: readonly Write[] } {
  const ticks: Tick[] = [];
  const withoutWrite: Write[] = [];
  for (const mapping of mappings) {
    if (!checkboxes.includes(mapping.checkbox)) continue;
    const description = described(findCrmObject(objects, mapping.object).name);
    const check = checkMapping(mapping, objects, description);
    const field = description && findObjectField(description, mapping.field);
    const about = {
      checkbox: mapping.checkbox,
      object: check.object,
      field: field?.name ?? mapping.field,
    };
    const having = records.filter(
      (record) => record.object === check.object && record.numbers.includes(number),
    );
    if (!check.exists || !check.boolean || !check.readable) {
      withoutWrite.push({ ...about, outcome: 'notWritable' });
      continue;
    }
    if (having.length === 0) withoutWrite.push({ ...about, outcome: 'noRecord' });
    for (const { id: recordId, values } of having) {
      if (values[about.field]) withoutWrite.push({ ...about, recordId, outcome: 'already' });
      else if (check.writable) ticks.push({ ...about, recordId });
      else withoutWrite.push({ ...about, recordId, outcome: 'notWritable' });
    }
  }
  return { ticks, withoutWrite };
}
