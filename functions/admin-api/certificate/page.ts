import { createHash } from 'node:crypto';
import { wordsOfEvent } from '../../../lib/consent/as-of.ts';
import type { ConsentEvent } from '../../../lib/consent/consent-event.ts';
import { Html, html } from '../../../lib/http/html.ts';
import type { Certificate, CertifiedText } from './certificate.ts';
import { CONSENT_STATUS, effectOf, evidenceRows, formatMoment, HAPPENED } from './words.ts';

const STYLE = `
:root { color: #1a1a1a; background: #fff; font: 11pt/1.45 Georgia, 'Times New Roman', serif; }
body { max-width: 46rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #999; }
h3 { font-size: 1rem; margin: 0; }
.sub { color: #555; margin: 0 0 1.4rem; }
.verdict { border: 2px solid; padding: .7rem 1rem; margin: 1.2rem 0; } .verdict p { margin: .2rem 0; }
.holds { border-color: #1f6f3d; } .broken { border-color: #a11; background: #fff4f4; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
th { font-weight: normal; color: #555; width: 11rem; } .facts td, .facts th { border-bottom: 1px solid #e2e2e2; }
.event { border: 1px solid #bbb; padding: .8rem 1rem; margin: 0 0 1rem; break-inside: avoid; }
.event header { display: flex; justify-content: space-between; gap: 1rem; }
.event .when { white-space: nowrap; color: #555; } .event p { margin: .4rem 0; }
blockquote { margin: .5rem 0; padding: .3rem .9rem; border-left: 3px solid #888; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 8.5pt/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; } td { overflow-wrap: anywhere; }
.texts th, .texts td { border-bottom: 1px solid #e2e2e2; width: auto; font-size: 10pt; } .texts .body { white-space: pre-wrap; width: 45%; }
.texts thead { display: table-header-group; } .texts tr { break-inside: avoid; }
footer { margin-top: 2.5rem; color: #555; font-size: 9.5pt; }
@page { size: letter; margin: 20mm 18mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } h2 { break-after: avoid; } }
`;

/** Headers that allow the page its own style sheet and nothing else: no script, no image, no other address. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
};

/** Renders a certificate as an HTML page to print (X2). */
export function certificatePage(certificate: Certificate): string {
  const { organization, number, generatedAt, generatedBy, consent, events } = certificate;
  const title = `Consent record of ${number}`;
  const status = consent ? CONSENT_STATUS[consent.status] : 'cannot be read';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="sub">Kept by ${organization}. Generated ${formatMoment(generatedAt)} by ${generatedBy}.</p>
<table class="facts">
<tr><th scope="row">Telephone number</th><td>${number}</td></tr>
<tr><th scope="row">Consent to texts</th><td><strong>${status}</strong></td></tr>
<tr><th scope="row">Events on record</th><td>${events.length}</td></tr>
<tr><th scope="row">Carrier's block</th><td>${consent?.carrierBlocked ? 'yes, after a STOP' : 'none known'}</td></tr>
</table>
${verificationBox(certificate)}
<h2>Every change of consent</h2>
${events.length === 0 ? html`<p>Nothing was ever recorded for this number.</p>` : events.map(eventCard)}
${textsTable(certificate)}
</main>
<footer>
<p>All times are UTC. “Happened” is when the person acted, “recorded” when this register learned of it.</p>
<p>How to check this record: ${certificate.verification.method} The same record as JSON, with every field that is under a
hash, is at the same address without the format.</p>
</footer>
</body>
</html>
`.text;
}

function verificationBox({ verification: { holds, fault, headHash } }: Certificate): Html {
  if (holds) {
    return html`<section class="verdict holds"><p><strong>The record is intact.</strong> Every hash was computed again, and the
consent shown above follows from the events below.</p>
${headHash !== '' && html`<p>Hash of the newest event: <code>${headHash}</code></p>`}</section>`;
  }
  return html`<section class="verdict broken"><p><strong>The record is not intact.</strong> Event ${fault?.sequence} was found
to be wrong (${fault?.fault}). Do not rely on this record before that is explained.</p></section>`;
}

function eventCard(event: ConsentEvent): Html {
  const words = wordsOfEvent(event);
  const isShown = 'wordsShown' in event.evidence;
  return html`<article class="event">
<header><h3>${event.sequence}. ${HAPPENED[event.kind]}</h3><span class="when">${formatMoment(event.occurredAt)}</span></header>
<p>${effectOf(event)}</p>
${
  words !== undefined &&
  html`<p>${isShown ? 'The exact words that the person was shown:' : 'The exact words of the text:'}</p>
<blockquote>${words}</blockquote>`
}
<table>
${evidenceRows(event).map(([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`)}
<tr><th scope="row">Happened</th><td>${formatMoment(event.occurredAt)}</td></tr>
<tr><th scope="row">Recorded</th><td>${formatMoment(event.recordedAt)}</td></tr>
<tr><th scope="row">Source event</th><td><code>${event.sourceId}</code></td></tr>
<tr><th scope="row">Previous hash</th><td><code>${event.previousHash || 'none: the first event'}</code></td></tr>
<tr><th scope="row">Hash</th><td><code>${event.hash}</code></td></tr>
</table>
</article>
`;
}

function textsTable({ texts, textsComplete }: Certificate): Html {
  const scope = textsComplete ? '' : ` The latest ${texts.length} are shown.`;
  return html`<h2>Texts, and the consent each was sent under</h2>
${texts.length === 0 && html`<p>No text was ever sent to or received from this number.</p>`}
${!textsComplete && html`<p>${scope}</p>`}
${
  texts.length > 0 &&
  html`<table class="texts">
<thead><tr><th scope="col">When</th><th scope="col">Text</th><th scope="col">Status</th><th scope="col">Consent</th></tr></thead>
<tbody>${texts.map(textRow)}</tbody>
</table>`
}`;
}

function textRow(text: CertifiedText): Html {
  const { direction, body, status, sid, claimedAt, createdAt, consentVersion, consentStatus } = text;
  const isOurs = direction === 'outbound';
  const after = consentVersion === 0 ? 'before any event' : `after event ${consentVersion}`;
  const consent =
    consentVersion === undefined
      ? '–'
      : `${consentStatus ? CONSENT_STATUS[consentStatus] : 'unknown'}, ${after}`;
  return html`<tr><td>${formatMoment(claimedAt ?? createdAt)}</td><td class="body">${isOurs ? 'To' : 'From'} the person:
${body}</td><td>${status}${sid !== undefined && html`<br><code>${sid}</code>`}</td><td>${isOurs ? consent : '–'}</td></tr>
`;
}
