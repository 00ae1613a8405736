import * as z from 'zod';
import { enrollmentSchema } from '../../../lib/automation/enrollment.ts';
import { decideAgentText } from '../../../lib/gate/agent-text.ts';
import { explainMessage, subjects } from '../../../lib/gate/explain-message.ts';
import { loadBatch } from '../../../lib/gate/load-decision-input.ts';
import { type StepDecision, whyStep } from '../../../lib/gate/why-step.ts';
import { invalidField, notFound } from '../../../lib/http/route.ts';
import { traceSchema } from '../../../lib/messaging/message.ts';
import { type AdminDeps, route } from '../route.ts';
import { pendingQuery, pendingTextWith } from './messages.ts';
import { numberExample, numberIn } from './numbers.ts';

const decisionSchema = z
  .object({
    kind: z.enum(['send', 'sendOptInRequestFirst', 'hold', 'defer', 'refuse', 'drop', 'stop']),
    reason: z.string().nullable(),
    until: z.string().nullable(),
    sentence: z.string(),
    warnings: z.array(z.string()),
    /** The rules that were consulted, in order (X1). */
    trace: traceSchema,
  })
  .meta({ id: 'GateDecision' });

function shown(decision: StepDecision): z.infer<typeof decisionSchema> {
  const { kind, sentence, warnings, trace } = decision;
  return {
    kind,
    reason: 'reason' in decision ? decision.reason : null,
    until: 'until' in decision ? decision.until : null,
    sentence,
    warnings: [...warnings],
    trace,
  };
}

const whySchema = z
  .object({
    number: z.string(),
    /** The sender of the text that the request is about. */
    about: z.enum(['agent', 'automation']),
    automationId: z.string().nullable(),
    leadId: z.string().nullable(),
    /** The decision that the gate would make now. */
    decision: decisionSchema,
    /** The lead's enrollment in the automation, with the sentence of its last decision. */
    enrollment: enrollmentSchema.nullable(),
  })
  .meta({ id: 'NumberExplanation' });

/** Schema of the explanation why a text left or not: consent first, then the number, then the carrier (S8). */
const messageWhySchema = z
  .object({
    id: z.string(),
    status: z.string(),
    because: z.enum(subjects).nullable(),
    sentence: z.string(),
    findings: z.array(z.object({ about: z.enum(['consent', 'number', 'carrier']), says: z.string() })),
    /** The rules that were consulted when the text was decided, in order (X1). */
    trace: traceSchema,
    /** Version of the number's consent that the text was sent under. */
    consentVersion: z.number().nullable(),
  })
  .meta({ id: 'MessageExplanation' });

const traceExample = [
  { rule: 'maximumAge', result: 'may leave until 2026-11-27T15:04:05.000Z' },
  { rule: 'optedOut', result: 'the number has not opted out' },
  { rule: 'quietHours', result: 'outside 9:00-20:00 in America/Denver' },
];

/**
 * Decides the current step of one of the number's leads in an automation. Writes nothing.
 *
 * @param requestedLeadId by default the first lead that has the number.
 * @throws RequestProblem 422 for an unknown automation or lead, 404 when no lead has the number.
 */
async function decideStep(
  deps: AdminDeps,
  number: string,
  automationId: string,
  requestedLeadId: string | undefined,
) {
  if (!(await deps.configuration.automation(automationId))) {
    throw invalidField('automation', `There is no automation "${automationId}".`);
  }
  const leadsWithNumber = await deps.leads.leadsWithNumber(number);
  if (requestedLeadId !== undefined && !leadsWithNumber.includes(requestedLeadId)) {
    throw invalidField('leadId', NO_SUCH_LEAD);
  }
  const leadId = requestedLeadId ?? leadsWithNumber[0];
  if (leadId === undefined) throw notFound('lead with this number');
  const [loaded] = await loadBatch(deps, [{ number, leadId, automationId }]);
  const decision = loaded && 'enrollment' in loaded ? whyStep(loaded, deps.now()) : undefined;
  if (!loaded || !('enrollment' in loaded) || !decision) throw notFound('lead with this number');
  return { leadId, decision, enrollment: loaded.enrollment };
}

const NO_SUCH_LEAD = 'No lead with this id has the number.';

export const whyRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/why',
    operationId: 'explainNumber',
    tag: 'numbers',
    summary:
      'Explains whether a text to the number would leave now, and why: an automation’s, or one of yours',
    roles: ['admin', 'agent'],
    query: z.strictObject({
      automation: z.string().max(64).optional(),
      leadId: z.string().max(64).optional(),
    }),
    answers: {
      status: 200,
      schema: whySchema,
      example: {
        number: numberExample,
        about: 'automation',
        automationId: 'welcome',
        leadId: '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11',
        decision: {
          kind: 'defer',
          reason: 'quietHours',
          until: '2026-11-21T16:00:00.000Z',
          sentence: 'deferred: outside 9:00-20:00 in America/Denver',
          warnings: [],
          trace: traceExample,
        },
        enrollment: null,
      },
    },
    handle: async (deps, { path, query }) => {
      const number = numberIn(path);
      if (query.automation === undefined) {
        if (
          query.leadId !== undefined &&
          !(await deps.leads.leadsWithNumber(number)).includes(query.leadId)
        ) {
          throw invalidField('leadId', NO_SUCH_LEAD);
        }
        const { decision, lead } = await decideAgentText(deps, number, query.leadId);
        const body = { number, about: 'agent', automationId: null, leadId: lead?.id ?? null };
        return { status: 200, body: { ...body, decision: shown(decision), enrollment: null } };
      }
      const { leadId, decision, enrollment } = await decideStep(deps, number, query.automation, query.leadId);
      const body = { number, about: 'automation', automationId: query.automation, leadId };
      return {
        status: 200,
        body: { ...body, decision: shown(decision), enrollment: enrollment ?? null },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/messages/{id}/why',
    operationId: 'explainMessage',
    tag: 'messages',
    summary:
      'Explains why a text was sent or not: consent first, then the number, then the carrier. For a text that has not left yet, found with its number, gives what the gate would decide now',
    roles: ['admin', 'agent'],
    query: pendingQuery,
    answers: {
      status: 200,
      schema: messageWhySchema,
      example: {
        id: 'lead-1.welcome.0',
        status: 'rejected',
        because: 'consent',
        sentence: 'rejected by Twilio: the number has opted out at the carrier',
        findings: [
          { about: 'consent', says: 'the number has opted out at the carrier' },
          { about: 'number', says: 'no carrier called it unreachable' },
          { about: 'carrier', says: 'the number has opted out at the carrier (error 21610)' },
        ],
        trace: traceExample.slice(0, 2),
        consentVersion: 3,
      },
    },
    handle: async (deps, { path, query }) => {
      const message = await deps.messages.get(path['id'] ?? '');
      if (!message) {
        const { pending, trace } = await pendingTextWith(deps, path['id'] ?? '', query);
        const { id, status, sentence } = pending;
        const body = { id, status, because: null, sentence, findings: [], trace, consentVersion: null };
        return { status: 200, body };
      }
      const { id, status, trace = [], consentVersion = null } = message;
      const { because = null, sentence, findings } = explainMessage(message);
      return { status: 200, body: { id, status, because, sentence, findings, trace, consentVersion } };
    },
  }),
];
