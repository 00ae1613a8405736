/** Twilio's auth token. This and the following secrets of the tests' organizations may be in no log (test/output). */
export const AUTH_TOKEN = 'local-auth-token';
/** The secret of Twilio's API key, and of the app in Salesforce. */
export const CLIENT_SECRET = 'local-secret';
/** The secret with which a builder signs. */
export const SIGNING_SECRET = 'the-secret-both-sides-know';
/** A form's own secret. */
export const FORM_SECRET = 'a-secret-in-the-address';
