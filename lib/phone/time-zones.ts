import { AREA_CODES, CALLING_CODES } from './number-zones.ts';
import { PROVINCES, STATES } from './states.ts';
import { placeOfZip } from './zip-codes.ts';

/** Where a recipient may be. */
export interface RecipientLocation {
  /** IANA time zones, one or more: what is lawful now must be lawful in each. */
  readonly zones: readonly string[];
  /** US states (postal codes) whose law may protect the recipient. */
  readonly states: readonly string[];
  /** What told us. */
  readonly source: 'ZIP code' | 'state' | 'area code' | 'country code' | 'nothing';
}

/** What a lead says about where they are, as written in a form. */
export interface StatedPlace {
  readonly zip?: string | undefined;
  readonly state?: string | undefined;
}

/** The zones of a number that tells nothing, such as a toll-free one: all that most of the United States live in. */
export const ANYWHERE_IN_THE_US: readonly string[] = [
  'Pacific/Honolulu',
  'America/Anchorage',
  'America/Los_Angeles',
  'America/Phoenix',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
];

interface Place {
  readonly zones: readonly string[];
  readonly state?: string;
}

let byAreaCode: ReadonlyMap<string, Place> | undefined;
let byCallingCode: ReadonlyMap<string, Place> | undefined;
let byName: ReadonlyMap<string, Place> | undefined;

/**
 * Which time zones a recipient may be in, and under which states' laws (X6).
 *
 * For a number of country code 1 the zones come from the lead's ZIP code or state, else from the area code: people
 * keep a number when they move. A ZIP code and a state that contradict each other both count. The state of the area
 * code counts besides, since Florida presumes that a Florida number is a Floridian's (Fla. Stat. 501.059(8)(d)).
 * Numbers of other countries have all the zones of their country. Whatever says nothing, such as a toll-free number,
 * may be anywhere from Hawaii to the east coast, or where the organization is.
 *
 * @param number E.164.
 * @param organizationZone the organization's own time zone.
 */
export function recipientLocation(
  number: string,
  stated: StatedPlace,
  organizationZone: string,
): RecipientLocation {
  if (!number.startsWith('+1')) return abroad(number, organizationZone);
  const area = areaCodes().get(number.slice(2, 5));
  const zip =
    stated.zip === undefined ? undefined : (placeOfZip(stated.zip) ?? placeOfPostalCode(stated.zip));
  const state = stated.state === undefined ? undefined : names().get(plain(stated.state));
  const states = [...new Set([zip?.state, state?.state, area?.state])].filter(isUsState);
  if (zip) {
    const contradicted = state && state.state !== zip.state;
    return {
      zones: contradicted ? unique([...zip.zones, ...state.zones]) : zip.zones,
      states,
      source: 'ZIP code',
    };
  }
  if (state) return { zones: state.zones, states, source: 'state' };
  if (area) return { zones: area.zones, states, source: 'area code' };
  return { zones: unique([...ANYWHERE_IN_THE_US, organizationZone]), states, source: 'nothing' };
}

function abroad(number: string, organizationZone: string): RecipientLocation {
  byCallingCode ??= parseTable(CALLING_CODES, false);
  for (const length of [3, 2, 1]) {
    const place = byCallingCode.get(number.slice(1, 1 + length));
    if (place) return { zones: place.zones, states: [], source: 'country code' };
  }
  return { zones: unique([...ANYWHERE_IN_THE_US, organizationZone]), states: [], source: 'nothing' };
}

function areaCodes(): ReadonlyMap<string, Place> {
  byAreaCode ??= parseTable(AREA_CODES, true);
  return byAreaCode;
}

function parseTable(table: string, withState: boolean): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const line of table.trim().split('\n')) {
    const [head = '', ...rest] = line.split(' ');
    const [zones = '', ...codes] = withState ? rest : [head, ...rest];
    const place = { zones: zones.split(','), ...(withState && head !== '-' && { state: head }) };
    for (const code of codes) places.set(code, place);
  }
  return places;
}

/** States and provinces by their postal code and their name. */
function names(): ReadonlyMap<string, Place> {
  byName ??= new Map(
    Object.entries({ ...PROVINCES, ...STATES }).flatMap(([code, { name, zones }]) => [
      [plain(code), { zones, state: code }],
      [plain(name), { zones, state: code }],
    ]),
  );
  return byName;
}

/** The first letter of a Canadian postal code; `X` is the Northwest Territories or Nunavut. */
const POSTAL_DISTRICTS: Readonly<Record<string, readonly string[]>> = {
  A: ['NL'],
  B: ['NS'],
  C: ['PE'],
  E: ['NB'],
  G: ['QC'],
  H: ['QC'],
  J: ['QC'],
  K: ['ON'],
  L: ['ON'],
  M: ['ON'],
  N: ['ON'],
  P: ['ON'],
  R: ['MB'],
  S: ['SK'],
  T: ['AB'],
  V: ['BC'],
  X: ['NT', 'NU'],
  Y: ['YT'],
};

function placeOfPostalCode(text: string): Place | undefined {
  const [, letter = ''] = /^([A-Z])\d[A-Z]\s?-?\d[A-Z]\d$/.exec(text.trim().toUpperCase()) ?? [];
  const provinces = POSTAL_DISTRICTS[letter];
  if (!provinces) return undefined;
  const zones = unique(provinces.flatMap((province) => PROVINCES[province]?.zones ?? []));
  return { zones, state: provinces[0] ?? '' };
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function isUsState(code: string | undefined): code is string {
  return code !== undefined && code in STATES;
}

function unique(zones: readonly string[]): string[] {
  return [...new Set(zones)];
}
