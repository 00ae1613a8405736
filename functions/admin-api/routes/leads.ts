import * as z from 'zod';
import { idSchema } from '../../../lib/automation/automation.ts';
import { enrollmentSchema } from '../../../lib/automation/enrollment.ts';
import { followNumber } from '../../../lib/automation/follow-number.ts';
import { enrollLead } from '../../../lib/automation/progress.ts';
import { badgeExample, badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import { loadConsentOfNumbers, type NumbersConsent } from '../../../lib/gate/load-decision-input.ts';
import { decodeCursor, encodeCursor } from '../../../lib/http/cursor.ts';
import { invalidField, notFound, pageQuery } from '../../../lib/http/route.ts';
import { type Lead, leadDetailsSchema, leadSchema } from '../../../lib/leads/lead.ts';
import { LEADS_COLLECTION } from '../../../lib/leads/lead-items.ts';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { parsePhone } from '../../../lib/phone/phone-number.ts';
import { type AdminDeps, route } from '../route.ts';

const example = {
  id: '0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11',
  number: '+13035550142',
  details: { firstName: 'Dana', lastName: 'Reyes', zip: '80202' },
  createdAt: '2026-11-20T15:04:06.000Z',
  updatedAt: '2026-11-20T15:04:06.000Z',
};
const wholeSchema = z
  .object({
    ...leadSchema.shape,
    consent: badgeSchema,
    enrollments: z.array(enrollmentSchema),
  })
  .meta({ id: 'LeadWithEnrollments' });
const whole = {
  status: 200,
  schema: wholeSchema,
  example: {
    ...example,
    consent: badgeExample,
    enrollments: [],
  },
};

const listedSchema = z
  .object({ ...leadSchema.shape, consent: badgeSchema })
  .meta({ id: 'Lead', description: 'A lead with its consent.' });

const inputSchema = z
  .strictObject({
    number: z.string().max(40),
    details: leadDetailsSchema.default({}),
    automations: z.array(idSchema).max(20).default([]),
  })
  .meta({ id: 'LeadInput' });
const changeSchema = z
  .strictObject({ details: leadDetailsSchema.optional(), number: z.string().max(40).optional() })
  .refine((change) => Object.keys(change).length > 0, 'Say what to change: details or number.')
  .meta({ id: 'LeadChange' });

/** Adds to each lead the badge of its number (S1, C5). */
function withBadges(leads: readonly Lead[], { states, settings }: NumbersConsent) {
  return leads.flatMap((lead) => {
    const state = states.get(lead.number);
    return state ? [{ ...lead, consent: badgeOf(state, settings, lead.id) }] : [];
  });
}

async function describe(deps: AdminDeps, lead: Lead) {
  const [enrollments, state, settings] = await Promise.all([
    deps.enrollments.ofLead(lead.id),
    deps.registry.read(lead.number),
    deps.configuration.settings(),
  ]);
  return { ...lead, consent: badgeOf(state, settings, lead.id), enrollments };
}

/**
 * Changes a lead's number. Consent belongs to the exact number (B2), so that the gate decides the lead's texts again, by the
 * consent of the new number (T3).
 */
async function changeNumber(deps: AdminDeps, id: string, number: string): Promise<void> {
  if (await deps.leads.changeNumber(id, number)) {
    await followNumber(deps.enrollments, id, number, deps.now());
  }
}

export const leadRoutes = [
  route({
    method: 'GET',
    path: '/leads',
    operationId: 'listLeads',
    tag: 'leads',
    summary: 'Lists leads with their consent, newest first, or those that have a number',
    roles: ['admin', 'agent'],
    query: z.strictObject({ ...pageQuery.shape, number: e164Schema.optional() }),
    answers: {
      status: 200,
      schema: z.object({ leads: z.array(listedSchema), next: z.string().nullable() }),
      example: { leads: [{ ...example, consent: badgeExample }], next: null },
    },
    handle: async (deps, { query }) => {
      const { leads } = deps;
      if (query.number !== undefined) {
        const [ids, consent] = await Promise.all([
          leads.leadsWithNumber(query.number),
          loadConsentOfNumbers(deps, [query.number]),
        ]);
        const byId = await leads.getMany(ids);
        const withNumber = ids.flatMap((id) => byId.get(id) ?? []);
        return { status: 200, body: { leads: withBadges(withNumber, consent), next: null } };
      }
      const page = await leads.list(query.limit, decodeCursor(query.cursor, LEADS_COLLECTION));
      const consent = await loadConsentOfNumbers(
        deps,
        page.leads.map(({ number }) => number),
      );
      const listed = withBadges(page.leads, consent);
      return { status: 200, body: { leads: listed, next: encodeCursor(page.next) } };
    },
  }),
  route({
    method: 'POST',
    path: '/leads',
    operationId: 'addLead',
    tag: 'leads',
    summary: 'Adds a lead, even when another has the number; records no consent',
    roles: ['admin', 'agent'],
    body: inputSchema,
    bodyExample: { number: '(303) 555-0142', details: { firstName: 'Dana' }, automations: ['welcome'] },
    answers: { ...whole, status: 201 },
    handle: async (deps, { body }) => {
      const phone = parsePhone(body.number);
      if (phone.kind === 'invalid') throw invalidField('number', phone.reason);
      const automations = await Promise.all(body.automations.map((id) => deps.configuration.automation(id)));
      for (const [index, automation] of automations.entries()) {
        if (!automation || automation.kind === 'campaign')
          throw invalidField(`automations[${index}]`, `There is no automation "${body.automations[index]}".`);
      }
      const lead = await deps.leads.create(phone.e164, body.details);
      for (const automation of automations) {
        if (!automation?.enabled) continue;
        const ref = { leadId: lead.id, automationId: automation.id };
        await deps.enrollments.add(enrollLead(ref, lead.number, automation, deps.now()));
      }
      await deps.crmJobQueue.enqueueCrmJob({ number: lead.number, id: `lead:${lead.id}`, checkboxes: [] });
      return { status: 201, body: await describe(deps, lead) };
    },
  }),
  route({
    method: 'GET',
    path: '/leads/{id}',
    operationId: 'getLead',
    tag: 'leads',
    summary: 'Gives a lead with its consent and its enrollments: what is due, what waits, and why',
    roles: ['admin', 'agent'],
    answers: whole,
    handle: async (deps, { path }) => {
      const lead = await deps.leads.get(path['id'] ?? '');
      if (!lead) throw notFound('lead');
      return { status: 200, body: await describe(deps, lead) };
    },
  }),
  route({
    method: 'PATCH',
    path: '/leads/{id}',
    operationId: 'changeLead',
    tag: 'leads',
    summary: "Changes a lead's details, or its number: a new number has to opt in by itself",
    roles: ['admin', 'agent'],
    body: changeSchema,
    bodyExample: { details: { firstName: 'Dana', zip: '80202' } },
    answers: whole,
    handle: async (deps, { path, body }) => {
      const id = path['id'] ?? '';
      const phone = body.number === undefined ? undefined : parsePhone(body.number);
      if (phone?.kind === 'invalid') throw invalidField('number', phone.reason);
      if (body.details) await deps.leads.changeDetails(id, body.details);
      if (phone) await changeNumber(deps, id, phone.e164);
      const lead = await deps.leads.get(id);
      if (!lead) throw notFound('lead');
      return { status: 200, body: await describe(deps, lead) };
    },
  }),
];
