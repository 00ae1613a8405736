import { checkMapping } from './check-mapping.ts';
import type { CrmJob, Write } from './crm-job.ts';
import type { CrmRecord } from './look-up.ts';
import type { Described } from './plan.ts';
import { type CrmObject, type Mapping, objectNamed } from './preferences.ts';
import { fieldNamed } from './salesforce.ts';

/** A field that is to be ticked. */
export interface Tick {
  readonly checkbox: number;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
}

/**
 * What a lead's ticked checkboxes mean for the records of its number (H9): checkbox N goes to the fields that are mapped to
 * N, on every record of that object which has the number, since the consent is the number's and not one record's.
 *
 * @param records those of the look-up just before: what says true already is not written again.
 * @returns the fields to tick, and of the others why there is nothing to tick.
 */
export function planWrites(
  { checkboxes, number }: Pick<CrmJob, 'checkboxes' | 'number'>,
  mappings: readonly Mapping[],
  objects: readonly CrmObject[],
  described: Described,
  records: readonly CrmRecord[],
): { readonly ticks: readonly Tick[]; readonly settled: readonly Write[] } {
  const ticks: Tick[] = [];
  const settled: Write[] = [];
  for (const mapping of mappings) {
    if (!checkboxes.includes(mapping.checkbox)) continue;
    const description = described(objectNamed(objects, mapping.object).name);
    const check = checkMapping(mapping, objects, description);
    const field = description && fieldNamed(description, mapping.field);
    const about = {
      checkbox: mapping.checkbox,
      object: check.object,
      field: field?.name ?? mapping.field,
    };
    const having = records.filter(
      (record) => record.object === check.object && record.numbers.includes(number),
    );
    if (!check.exists || !check.boolean || !check.readable) {
      settled.push({ ...about, outcome: 'notWritable' });
      continue;
    }
    if (having.length === 0) settled.push({ ...about, outcome: 'noRecord' });
    for (const { id: recordId, values } of having) {
      if (values[about.field]) settled.push({ ...about, recordId, outcome: 'already' });
      else if (check.writable) ticks.push({ ...about, recordId });
      else settled.push({ ...about, recordId, outcome: 'notWritable' });
    }
  }
  return { ticks, settled };
}
