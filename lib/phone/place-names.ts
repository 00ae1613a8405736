import { PROVINCES, STATES } from './states.ts';

/** Other spellings of states and provinces that people write: French and Spanish names and customary abbreviations. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  AL: 'Ala',
  AK: 'Alas',
  AR: 'Ark',
  AZ: 'Ariz',
  CA: 'Calif; Cal; Californie',
  CO: 'Colo',
  CT: 'Conn',
  DC: 'Washington DC; Wash DC; DC Washington; District Columbia',
  DE: 'Del',
  FL: 'Fla; Floride',
  GA: 'Geo',
  HI: 'Hawai',
  IL: 'Ill',
  IN: 'Ind',
  KS: 'Kans; Kan',
  KY: 'Ken',
  LA: 'Luisiana; Louisiane',
  MA: 'Mass',
  MI: 'Mich',
  MN: 'Minn',
  MS: 'Miss; Misisipi',
  MT: 'Mont',
  NC: 'N Carolina; No Carolina; N Car; Carolina del Norte; Caroline du Nord',
  ND: 'N Dakota; No Dakota; N Dak; Dakota del Norte; Dakota du Nord',
  NE: 'Nebr; Neb',
  NH: 'N Hampshire; Nueva Hampshire; Nuevo Hampshire',
  NJ: 'N Jersey; Nueva Jersey',
  NM: 'N Mexico; N Mex; New Mex; Nuevo Mexico; Nouveau Mexique',
  NV: 'Nev',
  NY: 'N York; New York State; New York City; NYC; Nueva York; NYS',
  OK: 'Okla',
  OR: 'Ore; Oreg',
  PA: 'Penn; Penna; Pensilvania; Pennsylvanie',
  PR: 'Porto Rico',
  SC: 'S Carolina; So Carolina; S Car; Carolina del Sur; Caroline du Sud',
  SD: 'S Dakota; So Dakota; S Dak; Dakota del Sur; Dakota du Sud',
  TN: 'Tenn',
  TX: 'Tex; Tejas',
  VA: 'Virg; Virginie',
  VI: 'US Virgin Islands; USVI',
  WA: 'Wash; Washington State',
  WI: 'Wis; Wisc',
  WV: 'W Virginia; W Va; Virginia Occidental',
  WY: 'Wyo',
  AB: 'Alta',
  BC: 'Colombie Britannique; Brit Columbia',
  MB: 'Man',
  NB: 'Nouveau Brunswick; N Brunswick',
  NL: 'Terre Neuve et Labrador; Terre Neuve; Newfoundland; Labrador; NFLD; NF; TNL',
  NS: 'Nouvelle Ecosse; N Scotia',
  NT: 'Territoires du Nord Ouest; NWT; TNO',
  ON: 'Ont',
  PE: 'Ile du Prince Edouard; PEI; IPE',
  QC: 'Que; PQ; Province of Quebec; Province de Quebec',
  SK: 'Sask',
  YT: 'Yukon Territory; YK',
};

/** The places of the armed forces' post abroad, in which anything from Europe to the Pacific is possible. */
export const MILITARY: Readonly<Record<string, readonly string[]>> = {
  AA: ['America/New_York', 'America/Panama', 'America/Puerto_Rico'],
  AE: ['Europe/London', 'Europe/Berlin', 'Europe/Istanbul', 'Asia/Kuwait', 'Asia/Dubai'],
  AP: ['Asia/Tokyo', 'Asia/Seoul', 'Asia/Singapore', 'Pacific/Guam', 'Pacific/Honolulu'],
};

export interface NamedPlace {
  readonly zones: readonly string[];
  /** Postal code of the state or province. */
  readonly state: string;
}

let byName: ReadonlyMap<string, NamedPlace> | undefined;

/** Indexes states, provinces and military post by postal code and by each name, in lower-case letters only. */
function placesByName(): ReadonlyMap<string, NamedPlace> {
  byName ??= new Map([
    ...Object.entries({ ...PROVINCES, ...STATES }).flatMap(([code, { name, zones }]) =>
      [code, name, ...(OTHER_NAMES[code]?.split(';') ?? [])].map((spelling): [string, NamedPlace] => [
        foldedLetters(spelling),
        { zones, state: code },
      ]),
    ),
    ...Object.entries(MILITARY).map(([code, zones]): [string, NamedPlace] => [
      foldedLetters(code),
      { zones, state: code },
    ]),
  ]);
  return byName;
}

const COUNTRY = /^\s*(?:usa?|ca)\s*-\s*|[\s,]+(?:u\.?s\.?a\.?|united states(?: of america)?|canada)\.?\s*$/gi;
const STATE_OF = /^\s*(?:the\s+)?(?:state|province|commonwealth|estado|province)\s+(?:of|de|du)\s+/i;

/**
 * Reads a state or province as people write it: "Québec", "N. Carolina", "Washington, D.C.", "New York, NY", "US-NY".
 *
 * @returns undefined when it names none that we know; the person may then be anywhere.
 */
export function placeOfName(written: string): NamedPlace | undefined {
  const text = written.replace(COUNTRY, '').replace(STATE_OF, '');
  const behindComma = text.slice(text.lastIndexOf(',') + 1);
  const [, code = ''] = /[\s,(]([A-Z]{2})\)?$/.exec(text.trim()) ?? [];
  return [text, behindComma, code].map((part) => placesByName().get(foldedLetters(part))).find(Boolean);
}

/** Folds accents away and keeps the letters, in lower case. */
function foldedLetters(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
