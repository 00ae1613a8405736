import type { Answer, Builder } from './builder.ts';
import { entriesOf, membersOf, parseInner } from './read-members.ts';

/** Jotform's own members of `rawRequest`, which are no answers. */
const OWN = new Set([
  'slug',
  'event_id',
  'submitDate',
  'submissionEdited',
  'formID',
  'path',
  'buildDate',
  'timeToSubmit',
]);

/** Jotform posts multipart. Its field `rawRequest` is a JSON text, whose questions have names such as `q4_phone`. */
export const jotform: Builder = {
  title: 'Jotform',
  contentTypes: ['multipart/form-data'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Jotform signs nothing, so the secret goes into the address.',
    'In the form: Settings, Integrations, WebHooks; paste {url}?secret=YOUR-SECRET.',
    'Name questions by their key in `rawRequest`, such as `q20_18Is`, or by what follows its number, `18Is`.',
  ],
  retries: 'not confirmed; a repetition has the same submission id and counts once',
  verifiedWith:
    'jotform.fields.json: the fields of a real delivery, with a phone and a consent question added',
  parse: (payload) => {
    const raw = membersOf(parseInner(payload['rawRequest']));
    const edited = isTrue(raw['submissionEdited']) || isTrue(payload['submissionEdited']);
    const id = payload['submissionID'];
    return {
      answers: Object.entries(raw)
        .filter(([name]) => !OWN.has(name))
        .map(answer),
      // Each edit gets an id of its own, so that it is stored beside the first submission.
      submissionId: edited ? `${String(id)}:edited:${String(raw['event_id'] ?? '')}` : id,
      submittedAt: undefined,
      ip: payload['ip'],
      ...(edited && { unfinished: 'edited' as const }),
    };
  },
};

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

function answer([name, value]: [string, unknown]): Answer {
  const short = /^q\d+_(.+)$/.exec(name)?.[1];
  return { names: short === undefined ? [name] : [name, short], value: plain(value) };
}

/** Reads the plain value of an answer. A phone comes as {area, phone} or {full}, and some lists come as objects. */
function plain(value: unknown): unknown {
  const { area, phone, full } = membersOf(value);
  if (typeof full === 'string') return full;
  if (typeof area === 'string' && typeof phone === 'string') return `${area}${phone}`;
  return entriesOf(value).length > 0 && !Array.isArray(value) ? Object.values(membersOf(value)) : value;
}
