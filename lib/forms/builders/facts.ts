import { LEAD_FIELDS } from '../../leads/lead.ts';

/** The facts that an answer can hold: the number, a whole name, a lead's details, and the submission's id, time and page. */
export const facts = ['phone', 'name', ...LEAD_FIELDS, 'submissionId', 'submittedAt', 'pageUrl'] as const;
export type Fact = (typeof facts)[number];

/** The usual names of the questions for each fact, as `comparableName` writes them. Earlier names win over later ones. */
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
 * Writes a question's name for comparison, without case, blanks and punctuation: `What's your phone-number?` equals `whats your phone
 * number`. Any mark between digits becomes a dot: `6.1` is a part of question 6, and `61` is another question.
 */
export function comparableName(name: string): string {
  return name
    .toLowerCase()
    .replace(/(?<=\p{N})[^\p{L}\p{N}]+(?=\p{N})/gu, '.')
    .replace(/(?<!\p{N})\.|\.(?!\p{N})|[^\p{L}\p{N}.]+/gu, '');
}

/** Ranks a name for a fact. @returns 0 for the best name, more for others, undefined for a name that does not fit. */
export function rankOf(fact: Fact, name: string): number | undefined {
  const rank = NAMES[fact].indexOf(comparableName(name));
  return rank < 0 ? undefined : rank;
}
