import { readFileSync } from 'node:fs';
import { Connection } from 'jsforce/lib/connection.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SalesforceStandIn } from '../../infra/local/salesforce/stand-in.ts';
import { createSalesforce } from '../../lib/crm/rest-salesforce.ts';
import { APP, CLIENT_CREDENTIALS, JWT_BEARER, startTestSalesforce } from '../setup/salesforce.ts';

let standIn: SalesforceStandIn;
beforeAll(async () => {
  standIn = await startTestSalesforce({ queryBatchSize: 3 });
});
afterAll(() => standIn.close());
afterEach(() => standIn.clearFaults());

const now = () => new Date();
const create = (credentials: typeof CLIENT_CREDENTIALS | typeof JWT_BEARER = CLIENT_CREDENTIALS) =>
  createSalesforce({
    credentials: async () => credentials,
    baseUrl: standIn.url,
    timeoutMilliseconds: 1000,
    now,
  });
const PROSPECT = 'i360__Prospect__c';

/** Connects with jsforce alone, without our own code. */
async function plainConnection(): Promise<Connection> {
  const connection = new Connection({ version: '61.0' });
  const { clientId, clientSecret } = APP;
  const { OAuth2 } = await import('jsforce/lib/oauth2.js');
  connection.oauth2 = new OAuth2({ loginUrl: standIn.url, clientId, clientSecret });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

test('jsforce logs in with client credentials or a signed assertion, and says what was wrong with either', async () => {
  expect(await create(CLIENT_CREDENTIALS).describe(PROSPECT)).toMatchObject({ name: PROSPECT });
  expect(await create(JWT_BEARER).describe(PROSPECT)).toMatchObject({ name: PROSPECT });
  const wrong = { ...CLIENT_CREDENTIALS, clientSecret: 'another' };
  await expect(create(wrong).describe(PROSPECT)).rejects.toMatchObject({
    kind: 'refused',
    code: 'invalid_client',
  });
  const none = createSalesforce({
    credentials: () => Promise.reject(new Error('-')),
    baseUrl: standIn.url,
    now,
  });
  await expect(none.describe(PROSPECT)).rejects.toMatchObject({ code: 'no usable credentials' });
  const late = { ...JWT_BEARER, audience: 'https://elsewhere.example' };
  await expect(create(late).describe(PROSPECT)).rejects.toMatchObject({
    kind: 'refused',
    code: 'invalid_grant',
  });
});

test("a description has the shape of a real org's, without the fields that our user may not see", async () => {
  const recorded = JSON.parse(
    readFileSync('infra/local/salesforce/salesforce-describe.json', 'utf8'),
  ) as Record<string, unknown> & { fields: object[] };
  const described = (await (await plainConnection()).describe(PROSPECT)) as unknown as typeof recorded;
  expect(Object.keys(described).toSorted()).toEqual(Object.keys(recorded).toSorted());
  for (const field of described.fields)
    expect(Object.keys(field)).toEqual(Object.keys(recorded.fields[0] ?? {}));
  const names = described.fields.map((field) => (field as { name: string }).name);
  expect(names).toContain('SMS_Opt_In__c');
  expect(names).not.toContain('Hidden_Opt_In__c');
  expect(await create().describe('No_Such_Thing__c')).toBeUndefined();
});

test('queries are really evaluated: escapes, LIKE, AND and OR, relationships, order, paging', async () => {
  const at = new Date('2026-11-01T00:00:00Z');
  const parent = standIn.org.insert(PROSPECT, { Name: "O'Brien \\ Sons", SMS_Opt_In__c: true }, at);
  for (let index = 0; index < 7; index++) {
    standIn.org.insert('i360__Lead_Source__c', { Name: `Source ${index}`, i360__Prospect__c: parent }, at);
  }
  const connection = await plainConnection();
  const names = async (soql: string) =>
    (await connection.query<{ Name: string }>(soql)).records.map(({ Name }) => Name);
  expect(await names(`SELECT Name FROM ${PROSPECT} WHERE Name = 'O\\'Brien \\\\ Sons'`)).toEqual([
    "O'Brien \\ Sons",
  ]);
  expect(
    await names(
      `SELECT Name FROM ${PROSPECT} WHERE Name LIKE 'o_brien%' AND (SMS_Opt_In__c = TRUE OR Name = 'x')`,
    ),
  ).toHaveLength(1);
  expect(await names(`SELECT Name FROM ${PROSPECT} WHERE Name LIKE 'O\\_Brien%'`)).toEqual([]);
  expect(
    await names(
      `SELECT Name FROM ${PROSPECT} WHERE NOT (Name LIKE 'O%') AND CreatedDate < 2026-11-02T00:00:00Z`,
    ),
  ).toEqual([]);
  const [row] = (
    await connection.query(
      'SELECT Id, i360__Prospect__r.Name FROM i360__Lead_Source__c ORDER BY Name DESC LIMIT 1',
    )
  ).records;
  expect(row).toMatchObject({ i360__Prospect__r: { Name: "O'Brien \\ Sons" } });
  const paged = await create().query([
    `SELECT Id FROM i360__Lead_Source__c WHERE i360__Prospect__c IN ('${parent}')`,
  ]);
  expect(paged).toMatchObject([
    { rows: Array.from({ length: 7 }, () => ({ Id: expect.stringMatching(/^a0L/) })) },
  ]);
});

test('what is wrong with a query, a record or a field comes back under the real code', async () => {
  const connection = await plainConnection();
  const query = (soql: string) => connection.query(soql);
  await expect(query(`SELECT Hidden_Opt_In__c FROM ${PROSPECT}`)).rejects.toMatchObject({
    errorCode: 'INVALID_FIELD',
  });
  await expect(query('SELECT Id FROM Nothing__c')).rejects.toMatchObject({ errorCode: 'INVALID_TYPE' });
  await expect(query(`SELECT Id FROM ${PROSPECT} WHERE`)).rejects.toMatchObject({
    errorCode: 'MALFORMED_QUERY',
  });
  await expect(
    query(`SELECT Id FROM ${PROSPECT} WHERE Name = 'a' AND Name = 'b' OR Name = 'c'`),
  ).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' });
  await expect(query(`SELECT Id FROM ${PROSPECT} WHERE Name = '${'x'.repeat(2000)}'`)).rejects.toThrow(/414/);
  const Id = standIn.org.insert(PROSPECT, {});
  const update = (fields: object) => connection.sobject(PROSPECT).update({ Id, ...fields });
  await expect(update({ Is_Textable__c: true })).rejects.toMatchObject({
    errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
  });
  await expect(update({ Nothing__c: true })).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
  expect(await update({ SMS_Opt_In__c: true })).toMatchObject({ success: true });
  expect(await connection.sobject(PROSPECT).retrieve(Id)).toMatchObject({ SMS_Opt_In__c: true });
});

test('a search finds phone fields, split at punctuation', async () => {
  const found = standIn.org.insert(PROSPECT, { i360__Home_Phone__c: '(303) 555-0188 x12' });
  const connection = await plainConnection();
  const search = (terms: string) =>
    connection.search(`FIND {${terms}} IN PHONE FIELDS RETURNING ${PROSPECT}(Id, i360__Home_Phone__c)`);
  expect((await search('"303 555 0188"')).searchRecords).toMatchObject([{ Id: found }]);
  expect((await search('3035550188')).searchRecords).toEqual([]);
});

test('an expired session is renewed once inside the call; one that never becomes valid is an error, not a loop', async () => {
  const salesforce = create();
  await salesforce.describe(PROSPECT);
  const before = standIn.tokensIssued();
  standIn.expireSessions();
  expect(await salesforce.describe(PROSPECT)).toMatchObject({ name: PROSPECT });
  expect(standIn.tokensIssued() - before).toBe(1);
  standIn.setFault({ kind: 'expiredSession' });
  await expect(salesforce.describe(PROSPECT)).rejects.toMatchObject({
    kind: 'refused',
    code: 'INVALID_SESSION_ID',
  });
  expect(standIn.tokensIssued() - before).toBe(2);
});

test.each([
  [{ kind: 'unavailable' }, { kind: 'unavailable', code: 'SERVER_UNAVAILABLE' }],
  [{ kind: 'slow', milliseconds: 5000 }, { kind: 'unavailable' }],
  [{ kind: 'reset' }, { kind: 'unavailable' }],
  [{ kind: 'requestLimit' }, { kind: 'limit', code: 'REQUEST_LIMIT_EXCEEDED' }],
] as const)('%o is reported as what it is within seconds', async (fault, problem) => {
  const salesforce = create();
  await salesforce.describe(PROSPECT);
  standIn.setFault(fault);
  const began = performance.now();
  await expect(salesforce.query([`SELECT Id FROM ${PROSPECT}`])).rejects.toMatchObject(problem);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('a connection that breaks or a 503 that passes is got over without anybody noticing', async () => {
  const salesforce = create();
  await salesforce.describe(PROSPECT);
  standIn.setFault({ kind: 'reset', times: 1 });
  await expect(salesforce.describe(PROSPECT)).resolves.toMatchObject({ name: PROSPECT });
  standIn.setFault({ kind: 'unavailable', times: 1 });
  await expect(salesforce.query([`SELECT Id FROM ${PROSPECT} LIMIT 1`])).resolves.toMatchObject([
    { rows: [{}] },
  ]);
});

test('the limit header of every answer is known, and asking costs one call', async () => {
  const salesforce = create();
  standIn.setUsage(120, 1000);
  expect(salesforce.usage()).toBeUndefined();
  await salesforce.describe(PROSPECT);
  expect(salesforce.usage()).toEqual({ used: 121, limit: 1000 });
  expect(await salesforce.limits()).toEqual({ used: 122, limit: 1000 });
  await salesforce.describe('No_Such_Thing__c');
  expect(salesforce.usage()).toEqual({ used: 123, limit: 1000 });
});
