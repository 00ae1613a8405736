/** The secrets of the organizations that tests set up. None may ever stand in a log (test/output). */
export const AUTH_TOKEN = 'local-auth-token';
/** Of Twilio's API key, and of the app in Salesforce. */
export const CLIENT_SECRET = 'local-secret';
/** With which a builder signs. */
export const SIGNING_SECRET = 'the-secret-both-sides-know';
/** A form's own. */
export const FORM_SECRET = 'a-secret-in-the-address';
