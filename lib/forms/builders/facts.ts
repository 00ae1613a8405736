import { LEAD_FIELDS } from '../../leads/lead.ts';

/** Facts that an answer can hold: the number, a whole name, a lead's details, and what names the submission. */
export const facts = ['phone', 'name', ...LEAD_FIELDS, 'submissionId', 'submittedAt', 'pageUrl'] as const;
export type Fact = (typeof facts)[number];

/** Names under which forms ask for a fact, without case, blanks and punctuation. Earlier names win over later ones. */
const NAMES: Readonly<Record<Fact, readonly string[]>> = {
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'mobilephone',
    'mobilenumber',
    'mobilephonenumber',
    'cell',
    'cellphone',
    'cellphonenumber',
    'cellnumber',
    'telephone',
    'telephonenumber',
    'tel',
    'yourphone',
    'yourphonenumber',
    'whatisyourphonenumber',
    'whatsyourphonenumber',
  ],
  firstName: ['firstname', 'fname', 'givenname', 'first', 'whatisyourfirstname', 'whatsyourfirstname'],
  lastName: ['lastname', 'lname', 'surname', 'familyname', 'last', 'whatisyourlastname', 'whatsyourlastname'],
  name: ['name', 'fullname', 'yourname', 'whatisyourname', 'whatsyourname', 'yourfullname'],
  email: ['email', 'emailaddress', 'youremail', 'youremailaddress', 'workemail', 'whatisyouremail'],
  address: ['address', 'streetaddress', 'street', 'address1', 'addressline1', 'youraddress'],
  city: ['city', 'town'],
  state: ['state', 'stateprovince', 'province', 'region'],
  zip: ['zip', 'zipcode', 'postalcode', 'postcode', 'zippostalcode'],
  service: ['service', 'servicetype', 'serviceneeded', 'projecttype', 'project', 'product'],
  source: ['source', 'leadsource', 'utmsource'],
  utmSource: ['utmsource'],
  utmMedium: ['utmmedium'],
  utmCampaign: ['utmcampaign'],
  utmTerm: ['utmterm'],
  utmContent: ['utmcontent'],
  submissionId: ['submissionid'],
  submittedAt: ['submittedat'],
  pageUrl: ['pageurl', 'pageuri'],
};

/**
 * A question's name as it is compared: `What's your phone-number?` and `whats your phone number` are one. What stands between
 * digits counts, whatever it is: `6.1` is a part of question 6, and `61` is another question.
 */
export function comparable(name: string): string {
  return name
    .toLowerCase()
    .replace(/(?<=\p{N})[^\p{L}\p{N}]+(?=\p{N})/gu, '.')
    .replace(/(?<!\p{N})\.|\.(?!\p{N})|[^\p{L}\p{N}.]+/gu, '');
}

/** How well a name says that its answer is this fact: 0 is best, undefined not at all. */
export function rankOf(fact: Fact, name: string): number | undefined {
  const rank = NAMES[fact].indexOf(comparable(name));
  return rank < 0 ? undefined : rank;
}
