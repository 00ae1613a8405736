import { STATES } from './states.ts';

/** The state of a ZIP code (postal code) and the time zones of its part of that state (IANA). */
export interface ZipPlace {
  readonly state: string;
  readonly zones: readonly string[];
}

/** The first three digits of each state's ZIP codes (USPS, Domestic Mail Manual, labeling list L002). */
const RANGES = `
AL 350-369
AK 995-999
AZ 850-865
AR 716-729
CA 900-961
CO 800-816
CT 060-069
DE 197-199
DC 200 202-205 569
FL 320-339 341-342 344 346-347 349
GA 300-319 398-399
GU 969
HI 967-968
ID 832-838
IL 600-629
IN 460-479
IA 500-528
KS 660-679
KY 400-427
LA 700-714
ME 039-049
MD 206-219
MA 010-027 055
MI 480-499
MN 550-567
MS 386-397
MO 630-658
MT 590-599
NE 680-693
NV 889-898
NH 030-038
NJ 070-089
NM 870-884
NY 005 100-149
NC 270-289
ND 580-588
OH 430-459
OK 730-732 734-749
OR 970-979
PA 150-196
PR 006-007 009
RI 028-029
SC 290-299
SD 570-577
TN 370-385
TX 733 750-799 885
UT 840-847
VT 050-054 056-059
VA 201 220-246
VI 008
WA 980-994
WV 247-268
WI 530-549
WY 820-831
`;

/**
 * The prefixes that are in one time zone only, for states with several zones (49 CFR part 71). Any other prefix may be in
 * each zone of its state.
 */
const ONE_ZONE = `
America/Anchorage 996-999
America/Phoenix 850-857 859 863-864
America/New_York 320-323 326-339 341-342 344 346-347 349 400 402-419 374 376-379
America/Chicago 325 420-424 370-372 375 380-385 660-676 679 680-689 570-574 580-584 587 750-797 733
America/Denver 693 577 799 885
America/Boise 832-834 836-837
America/Los_Angeles 838 889-897 970-978
America/Indiana/Indianapolis 460-462 466-468 470-474 478
America/Chicago 463-464 476-477
America/Detroit 480-497
`;

/** Expands a table of ranges to a map from each prefix to its line's first word. */
function parsePrefixes(table: string): Map<string, string> {
  const nameByPrefix = new Map<string, string>();
  for (const line of table.trim().split('\n')) {
    const [name = '', ...ranges] = line.split(' ');
    for (const range of ranges) {
      const [first = '', last = first] = range.split('-');
      for (let prefix = Number(first); prefix <= Number(last); prefix++) {
        nameByPrefix.set(String(prefix).padStart(3, '0'), name);
      }
    }
  }
  return nameByPrefix;
}

let tables: { readonly states: Map<string, string>; readonly zones: Map<string, string> } | undefined;

/**
 * Finds the state and time zones of a US ZIP code.
 *
 * @param zip five digits, with or without the four of ZIP+4. Four digits are read with a leading zero, which spreadsheets drop.
 * @returns undefined when it is no civilian ZIP code.
 */
export function placeOfZip(zip: string): ZipPlace | undefined {
  const [, digits] = /^(\d{4,5})(?:-?\d{4})?$/.exec(zip.replace(/\s/g, '')) ?? [];
  if (digits === undefined) return undefined;
  tables ??= { states: parsePrefixes(RANGES), zones: parsePrefixes(ONE_ZONE) };
  const five = digits.padStart(5, '0');
  // American Samoa's only ZIP code has the prefix of Hawaii's.
  const state = five === '96799' ? 'AS' : tables.states.get(five.slice(0, 3));
  if (state === undefined) return undefined;
  const zone = tables.zones.get(five.slice(0, 3));
  return { state, zones: zone === undefined ? (STATES[state]?.zones ?? []) : [zone] };
}
