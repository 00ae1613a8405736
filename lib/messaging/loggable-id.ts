import { sha256 } from '../runtime/sha256.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Ids that we made: a lead's step, an agent's text, what the system says, and Twilio's own. */
const OURS = new RegExp(
  `^(?:${UUID}\\.[a-z][\\w-]*\\.\\d+|agent-(?:[0-9a-f]{16}-)?${UUID}|(?:optInRequest|confirmation|optOutReply)-[0-9a-f]{16}-\\d+|[A-Z]{2}[0-9a-f]{32})$`,
);

/**
 * A message's id as it may be logged. A client of the API chooses part of an agent's text's id, and could have chosen a phone
 * number: an id that is not made as ours are is replaced by the beginning of its SHA-256.
 */
export function loggableId(messageId: string): string {
  return OURS.test(messageId) ? messageId : `hashed-${sha256(messageId).slice(0, 16)}`;
}
