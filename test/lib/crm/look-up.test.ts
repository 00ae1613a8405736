import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { LIGHTNING } from '../../../infra/local/salesforce/improveit360.ts';
import type { SalesforceStandIn } from '../../../infra/local/salesforce/stand-in.ts';
import { createDescriptions } from '../../../lib/crm/descriptions.ts';
import { lookUpRecords } from '../../../lib/crm/look-up.ts';
import { paceOf } from '../../../lib/crm/pace.ts';
import { type CrmPreferences, defaultCrmPreferences } from '../../../lib/crm/preferences.ts';
import { createSalesforce } from '../../../lib/crm/rest-salesforce.ts';
import { holderStatements, phonePattern, soqlText } from '../../../lib/crm/statements.ts';
import { numbersWritten } from '../../../lib/phone/numbers-written.ts';
import { CLIENT_CREDENTIALS, startTestSalesforce } from '../../setup/salesforce.ts';

let standIn: SalesforceStandIn;
beforeAll(async () => {
  standIn = await startTestSalesforce({ objects: LIGHTNING });
});
afterAll(() => standIn.close());

const mapping = (object: string) => ({ id: object, checkbox: 1, object, field: 'SMS_Opt_In__c' });

function look(numbers: readonly string[], objects: readonly string[], more: Partial<CrmPreferences> = {}) {
  const now = () => new Date();
  const credentials = async () => CLIENT_CREDENTIALS;
  const salesforce = createSalesforce({ credentials, baseUrl: standIn.url, now });
  const deps = { salesforce, descriptions: createDescriptions(salesforce, now) };
  const preferences = { ...defaultCrmPreferences, product: 'lightning' as const, ...more };
  return lookUpRecords(deps, preferences, objects.map(mapping), numbers);
}

test('H6 in Lightning an eLead, a contact and the lead sources of an account are found by their default labels', async () => {
  const { org } = standIn;
  const eLead = org.insert('i360core__eLead__c', {
    i360core__Phone__c: '(303) 555-0142',
    SMS_Opt_In__c: true,
  });
  const account = org.insert('Account', { Phone: '303-555-0142' });
  const contact = org.insert('Contact', { MobilePhone: '+1 303 555 0142', AccountId: account });
  const source = org.insert('i360core__Lead_Source__c', {
    i360core__Account__c: account,
    SMS_Opt_In__c: true,
  });
  org.insert('i360core__Lead_Source__c', {
    i360core__Account__c: org.insert('Account', {}),
    SMS_Opt_In__c: true,
  });
  const found = await look(['+13035550142'], ['eLead', 'Contact', 'Lead Source']);
  expect(found.map(({ id, values }) => [id, values['SMS_Opt_In__c'] ?? 'not mapped']).toSorted()).toEqual(
    [
      [eLead, true],
      [contact, false],
      [account, 'not mapped'],
      [source, true],
    ].toSorted(),
  );
});

test("H7 an object of the organization's own, its phone fields named, takes the place of a label", async () => {
  const { org } = standIn;
  org.define({
    name: 'Caller__c',
    label: 'Caller',
    keyPrefix: 'a9C',
    fields: [
      { name: 'Number__c', label: 'Number', type: 'string' },
      { name: 'Fax__c', label: 'Fax', type: 'phone' },
      { name: 'Secret__c', label: 'Secret number', type: 'phone', encrypted: true },
      { name: 'SMS_Opt_In__c', label: 'SMS', type: 'boolean' },
    ],
  });
  const caller = org.insert('Caller__c', { Number__c: '720 555 0150', SMS_Opt_In__c: true });
  org.insert('Caller__c', { Fax__c: '720 555 0150', SMS_Opt_In__c: true });
  const objects = [
    { label: 'eLead', name: 'Caller__c', phoneFields: ['number__c', 'Nothing__c', 'Secret__c'] },
  ];
  expect(await look(['+17205550150'], ['eLead'], { objects })).toMatchObject([{ id: caller }]);
});

test('no numbers, no mappings or no field that could be read ask Salesforce for no records at all', async () => {
  const before = standIn.calls().filter(({ path }) => path === '/composite').length;
  expect(await look([], ['eLead'])).toEqual([]);
  expect(await look(['+13035550142'], [])).toEqual([]);
  expect(await look(['+13035550142'], ['Nothing'])).toEqual([]);
  expect(standIn.calls().filter(({ path }) => path === '/composite').length).toBe(before);
});

describe('queries', () => {
  const holder = { object: 'Contact', phones: ['Phone', 'MobilePhone'], fields: ['SMS_Opt_In__c'] };

  it('never ask for a whole table', () => {
    expect(holderStatements(holder, [])).toEqual([]);
    for (const text of ['', '+', '%', "+1303' OR Name LIKE '%", '3035550142']) {
      expect(() => phonePattern(text), text).toThrow('E.164');
    }
  });

  it('stay far below the length that Salesforce takes, with field names of any length', () => {
    const numbers = Array.from({ length: 200 }, (_, index) => `+1303555${String(1000 + index)}`);
    const phones = ['a', 'b', 'c'].map((letter) => `i360core__${letter.repeat(60)}__c`);
    const statements = holderStatements({ ...holder, phones }, numbers);
    for (const statement of statements) expect(statement.length).toBeLessThan(50_000);
    const asked = statements.flatMap((statement) => statement.match(/LIKE '%303%555%1\d{3}%'/g) ?? []);
    expect(new Set(asked).size).toBe(200);
  });

  it('escape quotes and backslashes', () => {
    expect(soqlText("O'Brien \\ Sons")).toBe("'O\\'Brien \\\\ Sons'");
  });
});

describe('numbers that people typed', () => {
  it.each([
    ['(303) 555-0142 x12', ['+13035550142']],
    ['1-303-555-0142', ['+13035550142']],
    ['home 303.555.0142 / cell (720) 555-0150', ['+13035550142', '+17205550150']],
    ['+44 20 7946 0958', ['+442079460958']],
    ['call my wife', []],
    [undefined, []],
    [3035550142, []],
  ])('%s', (text, numbers) => {
    expect(numbersWritten(text)).toEqual(numbers);
  });
});

test.each([
  [undefined, 'all'],
  [{ used: 699, limit: 1000 }, 'all'],
  [{ used: 700, limit: 1000 }, 'arrivals'],
  [{ used: 849, limit: 1000 }, 'arrivals'],
  [{ used: 850, limit: 1000 }, 'none'],
  [{ used: 5000, limit: 1000 }, 'none'],
] as const)('%o of the calls used leaves %s', (usage, pace) => {
  expect(paceOf(usage, 0.7)).toBe(pace);
});
