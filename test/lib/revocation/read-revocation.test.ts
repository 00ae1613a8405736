import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIntent } from '../../../lib/messaging/inbound-intent.ts';
import { createPhraseParser } from '../../../lib/revocation/phrase.ts';
import { readRevocation } from '../../../lib/revocation/read-revocation.ts';
import { revocationRules } from '../../../lib/revocation/rules/index.ts';
import { languages } from '../../../lib/revocation/rules/rule.ts';
import { labelledReplies, scoreOf } from '../../bench/revocation/measure.ts';
import { revocationPage } from '../../bench/revocation/page.ts';

const replies = labelledReplies();

describe('the labelled replies', () => {
  test('X7 there are at least 300, 90 of them Spanish and 60 French, and none twice', () => {
    const of = (language: string) => replies.filter((reply) => reply.language === language).length;
    expect(replies.length).toBeGreaterThanOrEqual(300);
    expect(of('es')).toBeGreaterThanOrEqual(90);
    expect(of('fr')).toBeGreaterThanOrEqual(60);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(replies.length);
    expect(replies.filter(({ part }) => part !== 'tuned').length).toBeGreaterThan(replies.length / 3);
  });

  /** Lower limits, just under the figures that `npm run revocation` prints. */
  const floors = [
    { part: 'tuned', language: 'all', precision: 0.99, recall: 0.99, noticed: 0.99, accuracy: 0.98 },
    { part: 'heldOut', language: 'all', precision: 0.99, recall: 0.97, noticed: 0.98, accuracy: 0.95 },
    { part: 'heldOut', language: 'en', precision: 0.98, recall: 0.97, noticed: 0.98, accuracy: 0.94 },
    { part: 'heldOut', language: 'es', precision: 0.98, recall: 0.98, noticed: 0.98, accuracy: 0.96 },
    { part: 'heldOut', language: 'fr', precision: 0.98, recall: 0.94, noticed: 0.94, accuracy: 0.97 },
    { part: 'unseen', language: 'all', precision: 0.99, recall: 0.93, noticed: 0.96, accuracy: 0.88 },
  ] as const;

  test.each(floors)(
    'X7 opt-outs are recognised: precision $precision, recall $recall at least ($part, $language)',
    ({ part, language, precision, recall, noticed, accuracy }) => {
      const score = scoreOf(
        replies.filter((reply) => reply.part === part && (language === 'all' || reply.language === language)),
      );
      expect(score.recallWithDoubtful).toBeGreaterThanOrEqual(noticed);
      expect(score.precision).toBeGreaterThanOrEqual(precision);
      expect(score.recall).toBeGreaterThanOrEqual(recall);
      expect(score.accuracy).toBeGreaterThanOrEqual(accuracy);
    },
  );
});

describe('a clear revocation', () => {
  test.each([
    ['Stop. Thank you', 'en-stop', 'en'],
    ['please stop texting me', 'en-stop-texting', 'en'],
    ['remove me from your list', 'en-remove-me', 'en'],
    ['ALTO', 'es-stop-opening', 'es'],
    ['no me escriban más', 'es-do-not-text', 'es'],
    ['ARRÊT', 'fr-stop-opening', 'fr'],
    ["Arrêtez de m'écrire", 'fr-stop-texting', 'fr'],
  ])('X7 "%s" names the rule %s', (text, rule, language) => {
    expect(readRevocation(text)).toEqual({ class: 'clear', matched: { rule, language }, automatic: false });
  });

  test.each([
    'PLEASE STOP TEXTING ME',
    'pls stop txting me',
    'please, please stoppp texting me!!!',
    '“please stop texting me”',
    'please stop 🛑 texting me',
    '𝐩𝐥𝐞𝐚𝐬𝐞 𝐬𝐭𝐨𝐩 𝐭𝐞𝐱𝐭𝐢𝐧𝐠 𝐦𝐞',
    'please st\u200Bop texting\nme',
    'please st0p texting me',
    'Stop fucking texting me',
  ])('X7 however it is written: %s', (text) => {
    // A line break or an emoji ends a part of the text, so that another rule may recognise it.
    expect(readRevocation(text).class).toBe('clear');
  });

  test('X7 still counts next to innocent words', () => {
    expect(readRevocation("You can stop by at 5. No, wait, don't. Stop texting me.").class).toBe('clear');
    expect(readRevocation('weekend is fine but please stop texting me').class).toBe('clear');
  });
});

describe('no revocation', () => {
  test.each([
    'Stop by tomorrow at 3?',
    'stop by at 5',
    "don't stop",
    'weekend',
    'outdoor',
    'the end of the day',
    'can you stop the installation',
    'no dejen de avisarme',
    "n'arrêtez pas",
  ])('X7 "%s" is none', (text) => {
    expect(readRevocation(text)).toEqual({ class: 'none', matched: undefined, automatic: false });
  });

  test.each([
    'Automatic reply: I am out of office until Monday. Reply STOP to opt out.',
    'Thank you for contacting Smith Dental. Text STOP to unsubscribe.',
    'Error: Message blocked. Attempt to send to unsubscribed recipient',
    'Respuesta automática: estoy fuera de la oficina. Responda ALTO para cancelar.',
    'Réponse automatique. Répondez ARRET pour vous désabonner.',
  ])('X7 what a machine wrote is no opt-out and no reply: %s', (text) => {
    expect(readIntent(text)).toEqual({ kind: 'conversation', automatic: true });
  });

  test('X7 a clear request in what looks like a machine’s text is for a person to judge', () => {
    const text = "I'm out of the office until Monday. Please stop texting me.";
    expect(readIntent(text)).toEqual({
      kind: 'doubtful',
      reading: { class: 'doubtful', rule: 'en-stop-texting', language: 'en' },
      automatic: true,
    });
  });
});

test.each(['wrong number', 'número equivocado', 'mauvais numéro'])(
  'X7 "%s" is doubtful: the person who has this number did not agree',
  (text) => {
    expect(readIntent(text)).toMatchObject({
      kind: 'doubtful',
      reading: { rule: expect.stringMatching(/wrong-number$/) },
    });
  },
);

describe('hostile input', () => {
  test('X7 a text with any content can be read', () => {
    const word = fc.constantFrom(
      'stop',
      'do not',
      'text',
      'me',
      'no',
      'more',
      '...',
      '\n',
      '#',
      "'",
      '🛑',
      'ne',
      'plus',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join(' ')),
    );
    void fc.assert(
      fc.property(text, (body) => ['clear', 'doubtful', 'none'].includes(readRevocation(body).class)),
    );
  });

  test('X7 a text of any length costs no more than the longest that Twilio delivers', () => {
    const pieces = [
      'do not ',
      'stop ',
      'no me ',
      "m'",
      's t o p ',
      'a.',
      '((((',
      'ﷺ',
      'remove my my my ',
      '\u0301',
      '# ',
    ];
    for (const piece of pieces) {
      const start = performance.now();
      readRevocation(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - start, piece).toBeLessThan(1000);
    }
  });
});

describe('the rules', () => {
  const stages = ['automatic', 'innocent', 'limited', 'clear', 'doubtful'] as const;
  const all = revocationRules.flatMap((rules) =>
    stages.flatMap((stage) => rules[stage].map((rule) => ({ rules, rule }))),
  );

  test('each has a name of its own that begins with its language', () => {
    expect(revocationRules.map(({ language }) => language)).toEqual(languages);
    expect(new Set(all.map(({ rule }) => rule.id)).size).toBe(all.length);
    for (const { rules, rule } of all) expect(rule.id.startsWith(`${rules.language}-`), rule.id).toBe(true);
  });

  test('are written as texts are read: no accents, capitals or apostrophes that never match', () => {
    const written = revocationRules.flatMap((rules) => [
      ...stages.flatMap((stage) => rules[stage].flatMap(({ phrases }) => phrases)),
      ...Object.values(rules.lists).flat(),
      ...rules.courtesies,
      ...Object.entries(rules.spellings).flat(),
    ]);
    expect(written.filter((phrase) => !/^[a-z0-9 ()[\]|{}_.^$]*$/.test(phrase))).toEqual([]);
    for (const { rule } of all) expect(rule.phrases.length, rule.id).toBeGreaterThan(0);
  });

  test('name no list that is not there: a phrase is taken apart only when a text needs it', () => {
    for (const { lists, ...rules } of revocationRules) {
      const parse = createPhraseParser(lists);
      const phrases = stages.flatMap((stage) => rules[stage].flatMap((rule) => rule.phrases));
      for (const phrase of [...phrases, ...rules.courtesies]) {
        expect(parse(phrase).parts().length, phrase).toBeGreaterThan(0);
      }
    }
  });

  test('X7 docs/revocation.md lists them as they are: else run `npm run revocation -- --write`', () => {
    const page = readFileSync(new URL('../../../docs/revocation.md', import.meta.url), 'utf8');
    expect(page).toBe(revocationPage());
  });
});
