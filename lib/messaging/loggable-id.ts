import { sha256 } from '../runtime/sha256.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Ids that we made: a lead's step, an agent's text, what the system says, and Twilio's own. */
const OURS = new RegExp(
  `^(?:${UUID}\\.[a-z][\\w-]*\\.\\d+|agent-(?:[0-9a-f]{16}-)?${UUID}|(?:optInRequest|confirmation|optOutReply)-[0-9a-f]{16}-\\d+|[A-Z]{2}[0-9a-f]{32})$`,
);

/**
 * Makes a message id safe to log. A client of the API chooses part of the id of an agent's text and may put a phone number
 * into it, so an id of any other form than ours is replaced by the first 16 hex digits of its SHA-256.
 */
export function loggableId(messageId: string): string {
  return OURS.test(messageId) ? messageId : `hashed-${sha256(messageId).slice(0, 16)}`;
}
