import { createHash } from 'node:crypto';
import { CLASSIC } from './improveit360.ts';
import { type SalesforceStandIn, startSalesforceStandIn } from './stand-in.ts';

/** Prospects of the demo's organization: one agreed on the phone, one did not, one has a lead source that says so. */
const PROSPECTS = [
  { first: 'Pat', last: 'Agreed', phone: '(303) 555-0161', agreed: true },
  { first: 'Sam', last: 'Undecided', phone: '303.555.0162 x12', agreed: false },
  { first: 'Lee', last: 'Referred', phone: '(303) 555-0163', agreed: false, leadSourceAgreed: true },
];

/** Creates a Salesforce app for sendgate, and the credentials that belong to it. */
export function createLocalSalesforceApp(secret: string) {
  const clientId = '3MVG9.sendgate-local';
  const clientSecret = createHash('sha256').update(`salesforce:${secret}`).digest('hex');
  const loginUrl = 'https://demo.my.salesforce.com';
  return {
    clientId,
    clientSecret,
    username: 'sendgate@demo.example',
    credentials: { flow: 'clientCredentials', loginUrl, clientId, clientSecret },
  };
}

/** Starts ImproveIt 360 Classic with a few prospects, or with those that the last instance left. */
export async function startLocalSalesforce(
  app: ReturnType<typeof createLocalSalesforceApp>,
  statePath: string,
  port: number | undefined,
): Promise<SalesforceStandIn> {
  const standIn = await startSalesforceStandIn({
    app,
    objects: CLASSIC,
    statePath,
    ...(port !== undefined && { port }),
  });
  const { org } = standIn;
  if (org.all('i360__Prospect__c').length > 0) return standIn;
  for (const { first, last, phone, agreed, leadSourceAgreed } of PROSPECTS) {
    const prospect = org.insert('i360__Prospect__c', {
      Name: `${last}, ${first}`,
      i360__Primary_First_Name__c: first,
      i360__Primary_Last_Name__c: last,
      i360__Home_Phone__c: phone,
      SMS_Opt_In__c: agreed,
    });
    org.insert('i360__Lead_Source__c', {
      i360__Prospect__c: prospect,
      i360__Source_Type__c: 'Internet',
      SMS_Opt_In__c: leadSourceAgreed ?? false,
    });
  }
  return standIn;
}
