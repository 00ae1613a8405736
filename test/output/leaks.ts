import { AUTH_TOKEN, CLIENT_SECRET, FORM_SECRET, SIGNING_SECRET } from '../setup/secrets.ts';

/** Patterns of data that may be in no log line. */
const FORBIDDEN: readonly { readonly what: string; readonly looksLike: RegExp }[] = [
  { what: 'a phone number', looksLike: /(\+|%2B)[1-9]\d{7,14}/i },
  // Numbers without a plus sign: American ones only, and no part of a longer number (a time, an id).
  { what: 'a phone number', looksLike: /(?<![\da-f.])1?[2-9]\d{2}[2-9]\d{6}(?![\da-f])/i },
  { what: 'a phone number', looksLike: /\(?\b[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}\b/ },
  {
    what: 'a secret of the organization',
    looksLike: new RegExp([AUTH_TOKEN, CLIENT_SECRET, FORM_SECRET, SIGNING_SECRET].join('|')),
  },
  { what: 'a private key', looksLike: /PRIVATE KEY/ },
  { what: 'a token', looksLike: /\beyJ[\w-]+\.eyJ[\w-]+/ },
  { what: 'a signature', looksLike: /AWS4-HMAC|X-Amz-Signature|x-twilio-signature/i },
  // These are texts of the tests' automations, and people's answers to them.
  { what: 'the body of a text', looksLike: /thanks for asking|Reply STOP to opt-out|Any questions, / },
  { what: "a person's name or address", looksLike: /\bDana\b|\bReyes\b|@example\.(com|org)/ },
];

/** Finds data in an output that may not be logged, each with its line. Showing the line is safe: it holds the tests' own data. */
export function leaksIn(output: string): string[] {
  return output
    .split('\n')
    .flatMap((line) =>
      FORBIDDEN.filter(({ looksLike }) => looksLike.test(line)).map(
        ({ what }) => `${what}: ${line.slice(0, 400)}`,
      ),
    );
}
