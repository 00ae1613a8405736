import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OVERLAYS, renderNumberZones } from '../../../infra/write/number-zones.ts';
import { AREA_CODES } from '../../../lib/phone/number-zones.ts';
import { PROVINCES, STATES } from '../../../lib/phone/states.ts';
import { ANYWHERE_IN_THE_US, recipientLocation } from '../../../lib/phone/time-zones.ts';
import { clockSpan } from '../../../lib/phone/zone-clock.ts';

const locationOf = (number: string, stated = {}) => recipientLocation(number, stated, 'America/Denver');
const areaCode = (code: string) => locationOf(`+1${code}5550142`);
const zonesByZip = (zip: string) => locationOf('+12125550142', { zip }).zones;

describe('the zones of a number', () => {
  it('X6 the generated table is what `npm run zones` writes', () => {
    const path = resolve(import.meta.dirname, '../../../lib/phone/number-zones.ts');
    expect(readFileSync(path, 'utf8')).toBe(renderNumberZones());
  });

  it.each([
    ['303', ['America/Denver'], ['CO']],
    ['305', ['America/New_York'], ['FL']],
    ['480', ['America/Phoenix'], ['AZ']],
    ['928', ['America/Denver', 'America/Phoenix'], ['AZ']],
    ['850', ['America/Chicago', 'America/New_York'], ['FL']],
    ['812', ['America/Chicago', 'America/New_York'], ['IN']],
    ['605', ['America/Chicago', 'America/Denver'], ['SD']],
    ['208', ['America/Boise', 'America/Denver', 'America/Los_Angeles'], ['ID']],
    ['808', ['Pacific/Honolulu'], ['HI']],
    ['787', ['America/Puerto_Rico'], []],
    ['807', ['America/Toronto', 'America/Winnipeg'], []],
    ['709', ['America/Halifax', 'America/Puerto_Rico', 'America/St_Johns'], []],
  ])('X6 area code %s may be in any of its zones', (code, zones, states) => {
    expect(areaCode(code)).toEqual({ zones, states, source: 'area code' });
  });

  it.each([...Object.entries(OVERLAYS)])(
    'X6 overlay %s takes the zones and state of %s',
    (overlay, parent) => {
      expect(areaCode(overlay)).toEqual(areaCode(parent));
    },
  );

  it.each(['+18005550142', '+18885550142', '+15005550006', '+12995550142'])(
    'X6 %s tells nothing: it may be anywhere from Hawaii to the east coast, or where the organization is',
    (number) => {
      const place = recipientLocation(number, {}, 'America/Halifax');
      expect(place).toEqual({
        zones: [...ANYWHERE_IN_THE_US, 'America/Halifax'],
        states: [],
        source: 'nothing',
      });
    },
  );

  it.each([
    ['+442079460958', ['Europe/Guernsey', 'Europe/Isle_of_Man', 'Europe/Jersey', 'Europe/London']],
    ['+4930123456', ['Europe/Berlin']],
    ['+528110123456', expect.arrayContaining(['America/Tijuana', 'America/Mexico_City', 'America/Cancun'])],
    ['+77012345678', expect.arrayContaining(['Asia/Almaty', 'Europe/Moscow', 'Asia/Kamchatka'])],
  ])('X6 %s may be in any zone of its country', (number, zones) => {
    expect(locationOf(number)).toEqual({ zones, states: [], source: 'country code' });
  });

  it('X6 no area code lies in a zone that its state does not keep', () => {
    const moments = [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)];
    const clock = (zone: string) => moments.map((at) => clockSpan(zone, at).offset).join();
    for (const line of AREA_CODES.trim().split('\n')) {
      const [state = '', zones = '', code] = line.split(' ');
      const kept = STATES[state]?.zones.map(clock);
      // Google's table also gives Alaska the zone of Honolulu, which is an hour stricter.
      if (!kept || state === 'AK') continue;
      for (const zone of zones.split(',')) expect(kept, `${code} ${zone}`).toContain(clock(zone));
    }
  });
});

describe('what the lead says is better than the number', () => {
  it.each([
    ['80202', ['America/Denver']],
    ['80202-1234', ['America/Denver']],
    ['46204', ['America/Indiana/Indianapolis']],
    ['46402', ['America/Chicago']],
    ['46534', ['America/Indiana/Indianapolis', 'America/Chicago']],
    ['85001', ['America/Phoenix']],
    ['86515', ['America/Phoenix', 'America/Denver']],
    ['32501', ['America/Chicago']],
    ['32456', ['America/New_York', 'America/Chicago']],
    ['79901', ['America/Denver']],
    ['02139', ['America/New_York']],
    ['2139', ['America/New_York']],
    ['00901', ['America/Puerto_Rico']],
    ['96813', ['Pacific/Honolulu']],
    ['96799', ['Pacific/Pago_Pago']],
    ['A1C 5S7', ['America/St_Johns', 'America/Halifax']],
    ['m5v 3l9', ['America/Toronto', 'America/Winnipeg']],
  ])('X6 ZIP or postal code %s', (zip, zones) => {
    expect(zonesByZip(zip)).toEqual(zones);
  });

  it.each(['Colorado', 'CO', ' co ', 'C.O.', 'colorado'])('X6 the state written as "%s"', (state) => {
    const place = locationOf('+12125550142', { state });
    expect(place).toEqual({ zones: ['America/Denver'], states: ['CO', 'NY'], source: 'state' });
  });

  it.each([
    ['Québec', ['America/Toronto', 'America/Halifax']],
    ['QUÉBEC', ['America/Toronto', 'America/Halifax']],
    ['Que\u0301bec', ['America/Toronto', 'America/Halifax']],
    ['PQ', ['America/Toronto', 'America/Halifax']],
    ['Nouveau-Brunswick', ['America/Halifax']],
    ['Île-du-Prince-Édouard', ['America/Halifax']],
    ['Ontario, Canada', ['America/Toronto', 'America/Winnipeg']],
    ['Washington DC', ['America/New_York']],
    ['Washington, D.C.', ['America/New_York']],
    ['D.C.', ['America/New_York']],
    ['Washington', ['America/Los_Angeles']],
    ['New York, NY', ['America/New_York']],
    ['Ontario, CA', ['America/Los_Angeles']],
    ['Denver CO', ['America/Denver']],
    ['CO 80202', ['America/Denver']],
    ['US-NY', ['America/New_York']],
    ['N. Carolina', ['America/New_York']],
    ['State of Colorado', ['America/Denver']],
    ['Nueva York', ['America/New_York']],
    ['Fla.', ['America/New_York', 'America/Chicago']],
    ['AE', ['Europe/London', 'Europe/Berlin', 'Europe/Istanbul', 'Asia/Kuwait', 'Asia/Dubai']],
  ])('X6 the state written as %j', (state, zones) => {
    expect(locationOf('+13035550142', { state })).toMatchObject({ zones, source: 'state' });
  });

  it.each([
    ['09123', ['Europe/London', 'Europe/Berlin', 'Europe/Istanbul', 'Asia/Kuwait', 'Asia/Dubai']],
    ['34001', ['America/New_York', 'America/Panama', 'America/Puerto_Rico']],
    ['96203', ['Asia/Tokyo', 'Asia/Seoul', 'Asia/Singapore', 'Pacific/Guam', 'Pacific/Honolulu']],
    ['12345-', ['America/New_York']],
    ['H2X', ['America/Toronto', 'America/Halifax']],
    ['h2x-1y4', ['America/Toronto', 'America/Halifax']],
  ])('X6 the code written as %j', (zip, zones) => {
    expect(locationOf('+13035550142', { zip })).toMatchObject({ zones, source: 'ZIP code' });
  });

  it.each([
    [{ state: 'Atlantis' }],
    [{ zip: 'unknown' }],
    [{ zip: '', state: 'Elsewhere' }],
    [{ state: 'Colorodo' }],
    [{ state: '東京' }],
    [{ zip: '99' }],
    [{ zip: 'SW1A 1AA' }],
    [{ zip: '00000' }],
    [{ zip: '', state: 'n/a' }],
  ])('X6 a stated place that cannot be read is not absent: %j may be anywhere in the country', (stated) => {
    const { zones, source } = locationOf('+13035550142', stated);
    expect(source).toBe('unreadable place');
    expect(zones).toEqual(expect.arrayContaining(['Pacific/Honolulu', 'America/Denver', 'America/New_York']));
    // With a Canadian number, anywhere in Canada too.
    expect(locationOf('+15145550142', stated).zones).toContain('America/St_Johns');
  });

  it.each([[{}], [{ zip: '', state: ' ' }], [{ state: '-' }]])('X6 %j states no place', (stated) => {
    expect(locationOf('+13035550142', stated)).toMatchObject({ source: 'area code' });
  });

  it('X6 a ZIP code wins over the state unless they contradict each other: then both count', () => {
    expect(locationOf('+12125550142', { zip: '46204', state: 'IN' }).zones).toEqual([
      'America/Indiana/Indianapolis',
    ]);
    expect(locationOf('+12125550142', { zip: '80202', state: 'Florida' })).toEqual({
      zones: ['America/Denver', 'America/New_York', 'America/Chicago'],
      states: ['CO', 'FL', 'NY'],
      source: 'ZIP code',
    });
  });

  it('X6 the law of the state of the area code protects a person who moved away with the number', () => {
    expect(locationOf('+13055550142', { zip: '80202' })).toMatchObject({
      zones: ['America/Denver'],
      states: ['CO', 'FL'],
    });
  });

  it('X6 a toll-free number with a ZIP code is where the ZIP code is', () => {
    expect(locationOf('+18005550142', { zip: '80202' })).toMatchObject({
      zones: ['America/Denver'],
      states: ['CO'],
    });
  });

  it('X6 a state says nothing about a number of another country', () => {
    expect(locationOf('+4930123456', { state: 'IN' }).zones).toEqual(['Europe/Berlin']);
  });
});

it('every zone in the tables is one that the runtime knows', () => {
  for (const { zones } of [...Object.values(STATES), ...Object.values(PROVINCES)])
    for (const zone of zones) expect(() => clockSpan(zone, 0), zone).not.toThrow();
});
