/** A US state or territory, or a Canadian province, with every IANA time zone in use somewhere in it. */
export interface State {
  readonly name: string;
  readonly zones: readonly string[];
}

const EASTERN = ['America/New_York'];
const CENTRAL = ['America/Chicago'];
const MOUNTAIN = ['America/Denver'];
const PACIFIC = ['America/Los_Angeles'];
const EASTERN_AND_CENTRAL = [...EASTERN, ...CENTRAL];
const CENTRAL_AND_MOUNTAIN = [...CENTRAL, ...MOUNTAIN];

/** US states and territories by postal code. Source of the zones: 49 CFR part 71. */
export const STATES: Readonly<Record<string, State>> = {
  AL: { name: 'Alabama', zones: CENTRAL },
  AK: { name: 'Alaska', zones: ['America/Anchorage', 'America/Adak'] },
  AZ: { name: 'Arizona', zones: ['America/Phoenix', 'America/Denver'] },
  AR: { name: 'Arkansas', zones: CENTRAL },
  CA: { name: 'California', zones: PACIFIC },
  CO: { name: 'Colorado', zones: MOUNTAIN },
  CT: { name: 'Connecticut', zones: EASTERN },
  DE: { name: 'Delaware', zones: EASTERN },
  DC: { name: 'District of Columbia', zones: EASTERN },
  FL: { name: 'Florida', zones: EASTERN_AND_CENTRAL },
  GA: { name: 'Georgia', zones: EASTERN },
  HI: { name: 'Hawaii', zones: ['Pacific/Honolulu'] },
  ID: { name: 'Idaho', zones: ['America/Boise', 'America/Los_Angeles'] },
  IL: { name: 'Illinois', zones: CENTRAL },
  IN: { name: 'Indiana', zones: ['America/Indiana/Indianapolis', 'America/Chicago'] },
  IA: { name: 'Iowa', zones: CENTRAL },
  KS: { name: 'Kansas', zones: CENTRAL_AND_MOUNTAIN },
  KY: { name: 'Kentucky', zones: EASTERN_AND_CENTRAL },
  LA: { name: 'Louisiana', zones: CENTRAL },
  ME: { name: 'Maine', zones: EASTERN },
  MD: { name: 'Maryland', zones: EASTERN },
  MA: { name: 'Massachusetts', zones: EASTERN },
  MI: { name: 'Michigan', zones: ['America/Detroit', 'America/Chicago'] },
  MN: { name: 'Minnesota', zones: CENTRAL },
  MS: { name: 'Mississippi', zones: CENTRAL },
  MO: { name: 'Missouri', zones: CENTRAL },
  MT: { name: 'Montana', zones: MOUNTAIN },
  NE: { name: 'Nebraska', zones: CENTRAL_AND_MOUNTAIN },
  NV: { name: 'Nevada', zones: ['America/Los_Angeles', 'America/Denver'] },
  NH: { name: 'New Hampshire', zones: EASTERN },
  NJ: { name: 'New Jersey', zones: EASTERN },
  NM: { name: 'New Mexico', zones: MOUNTAIN },
  NY: { name: 'New York', zones: EASTERN },
  NC: { name: 'North Carolina', zones: EASTERN },
  ND: { name: 'North Dakota', zones: CENTRAL_AND_MOUNTAIN },
  OH: { name: 'Ohio', zones: EASTERN },
  OK: { name: 'Oklahoma', zones: CENTRAL },
  OR: { name: 'Oregon', zones: ['America/Los_Angeles', 'America/Boise'] },
  PA: { name: 'Pennsylvania', zones: EASTERN },
  RI: { name: 'Rhode Island', zones: EASTERN },
  SC: { name: 'South Carolina', zones: EASTERN },
  SD: { name: 'South Dakota', zones: CENTRAL_AND_MOUNTAIN },
  TN: { name: 'Tennessee', zones: EASTERN_AND_CENTRAL },
  TX: { name: 'Texas', zones: CENTRAL_AND_MOUNTAIN },
  UT: { name: 'Utah', zones: MOUNTAIN },
  VT: { name: 'Vermont', zones: EASTERN },
  VA: { name: 'Virginia', zones: EASTERN },
  WA: { name: 'Washington', zones: PACIFIC },
  WV: { name: 'West Virginia', zones: EASTERN },
  WI: { name: 'Wisconsin', zones: CENTRAL },
  WY: { name: 'Wyoming', zones: MOUNTAIN },
  PR: { name: 'Puerto Rico', zones: ['America/Puerto_Rico'] },
  VI: { name: 'Virgin Islands', zones: ['America/Puerto_Rico'] },
  GU: { name: 'Guam', zones: ['Pacific/Guam'] },
  MP: { name: 'Northern Mariana Islands', zones: ['Pacific/Guam'] },
  AS: { name: 'American Samoa', zones: ['Pacific/Pago_Pago'] },
};

/** Canadian provinces and territories by postal code. */
export const PROVINCES: Readonly<Record<string, State>> = {
  AB: { name: 'Alberta', zones: ['America/Edmonton'] },
  BC: { name: 'British Columbia', zones: ['America/Vancouver', 'America/Edmonton', 'America/Fort_Nelson'] },
  MB: { name: 'Manitoba', zones: ['America/Winnipeg'] },
  NB: { name: 'New Brunswick', zones: ['America/Halifax'] },
  NL: { name: 'Newfoundland and Labrador', zones: ['America/St_Johns', 'America/Halifax'] },
  NS: { name: 'Nova Scotia', zones: ['America/Halifax'] },
  NT: { name: 'Northwest Territories', zones: ['America/Edmonton'] },
  NU: { name: 'Nunavut', zones: ['America/Toronto', 'America/Winnipeg', 'America/Edmonton'] },
  ON: { name: 'Ontario', zones: ['America/Toronto', 'America/Winnipeg'] },
  PE: { name: 'Prince Edward Island', zones: ['America/Halifax'] },
  QC: { name: 'Quebec', zones: ['America/Toronto', 'America/Halifax'] },
  SK: { name: 'Saskatchewan', zones: ['America/Regina', 'America/Edmonton'] },
  YT: { name: 'Yukon', zones: ['America/Whitehorse'] },
};
