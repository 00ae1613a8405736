import { AREA_CODES, CALLING_CODES } from './number-zones.ts';
import { MILITARY, placeOfName } from './place-names.ts';
import { PROVINCES, STATES } from './states.ts';
import { placeOfZip } from './zip-codes.ts';

/** The places in which a recipient may be. */
export interface RecipientLocation {
  /** IANA time zones, one or more; a text must be lawful in each of them. */
  readonly zones: readonly string[];
  /** US states (postal codes) whose law may protect the recipient. */
  readonly states: readonly string[];
  /** The fact that the zones come from. */
  readonly source: 'ZIP code' | 'state' | 'area code' | 'country code' | 'unreadable place' | 'nothing';
}

/** A location that a lead stated, as written in a form. */
export interface StatedPlace {
  readonly zip?: string | undefined;
  readonly state?: string | undefined;
}

/** The zones for a number without a place, such as a toll-free one: those in which nearly all of the United States live. */
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

/**
 * Finds the time zones in which a recipient may be, and the states whose law may protect them (X6).
 *
 * - Country code 1: the zones of the lead's ZIP code or state, else of the area code, since people keep their number when
 *   they move. When ZIP code and state contradict each other, both count.
 * - A ZIP code or state that is stated and cannot be read contradicts the area code: it may be anywhere in the country.
 * - Other countries: all zones of the country.
 * - A number without a place, such as a toll-free one: all zones from Hawaii to the east coast, and the organization's own.
 *
 * The state of the area code always counts too: Florida presumes that a person with a Florida number is in Florida
 * (Fla. Stat. 501.059(8)(d)).
 *
 * @param number E.164.
 * @param stated the lead's own ZIP code or state, as written.
 * @param organizationZone the organization's own time zone (IANA).
 */
export function recipientLocation(
  number: string,
  stated: StatedPlace,
  organizationZone: string,
): RecipientLocation {
  if (!number.startsWith('+1')) return locationAbroad(number, organizationZone);
  const area = areaCodes().get(number.slice(2, 5));
  const zip = placeOfCode(stated.zip);
  const state = isStated(stated.state) ? placeOfName(stated.state) : undefined;
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
  const isUnreadable = isStated(stated.zip) || isStated(stated.state);
  if (area && !isUnreadable) return { zones: area.zones, states, source: 'area code' };
  const canada = area && isUsState(area.state) ? [] : Object.values(PROVINCES).flatMap(({ zones }) => zones);
  const anywhere = [...ANYWHERE_IN_THE_US, organizationZone, ...(area?.zones ?? [])];
  return isUnreadable
    ? { zones: unique([...anywhere, ...canada]), states, source: 'unreadable place' }
    : { zones: unique(anywhere), states, source: 'nothing' };
}

/** Checks whether somebody stated a place at all: something with a letter or a digit. */
function isStated(written: string | undefined): written is string {
  return written !== undefined && /[\p{L}\p{N}]/u.test(written);
}

/** Reads a ZIP code, one of the armed forces' post, or a Canadian postal code. */
function placeOfCode(written: string | undefined): Place | undefined {
  if (!isStated(written)) return undefined;
  const code = written.replace(/[\s-]+$/, '');
  return placeOfZip(code) ?? placeOfMilitaryZip(code) ?? placeOfPostalCode(code);
}

function locationAbroad(number: string, organizationZone: string): RecipientLocation {
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

/** The provinces by the first letter of a Canadian postal code; `X` is shared by the Northwest Territories and Nunavut. */
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

/** Reads the armed forces' ZIP codes: 090-098 Europe and the Middle East, 340 the Americas, 962-966 the Pacific. */
function placeOfMilitaryZip(zip: string): Place | undefined {
  const [, prefix = ''] = /^\s*(\d{3})\d{2}/.exec(zip) ?? [];
  const area = /^09[0-8]$/.test(prefix)
    ? 'AE'
    : prefix === '340'
      ? 'AA'
      : /^96[2-6]$/.test(prefix)
        ? 'AP'
        : '';
  const zones = MILITARY[area];
  return zones && { zones, state: area };
}

/** Reads a Canadian postal code, or its first half, which names the province. */
function placeOfPostalCode(text: string): Place | undefined {
  const code = text.replace(/[\s-]+/g, '').toUpperCase();
  const [, letter = ''] = /^([A-Z])\d[A-Z](?:\d[A-Z]\d)?$/.exec(code) ?? [];
  const provinces = POSTAL_DISTRICTS[letter];
  if (!provinces) return undefined;
  const zones = unique(provinces.flatMap((province) => PROVINCES[province]?.zones ?? []));
  return { zones, state: provinces[0] ?? '' };
}

function isUsState(code: string | undefined): code is string {
  return code !== undefined && code in STATES;
}

function unique(zones: readonly string[]): string[] {
  return [...new Set(zones)];
}
