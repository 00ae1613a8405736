import * as z from 'zod';
import { automationKindSchema, automationSchema } from '../../lib/automation/automation.ts';
import { enrollmentSchema } from '../../lib/automation/enrollment.ts';
import { campaignInputSchema } from '../../lib/campaigns/campaign.ts';
import {
  consentEventSchema,
  consentStatusSchema,
  effectSchema,
  eventKindSchema,
  evidenceSchema,
  evidenceSourceSchema,
} from '../../lib/consent/consent-event.ts';
import { documentationSchema } from '../../lib/consent/documented-opt-in.ts';
import { keywordOptInSchema } from '../../lib/consent/keyword-opt-in.ts';
import { badgeSchema } from '../../lib/consent/sms-opted-in-badge.ts';
import { consentStateSchema, optInRequestStatusSchema } from '../../lib/consent/state.ts';
import { templateStatusSchema } from '../../lib/consent/template-status.ts';
import { unreadableTextSchema } from '../../lib/conversations/unreadable-texts.ts';
import { mappingCheckSchema } from '../../lib/crm/check-mapping.ts';
import { crmJobSchema, writeSchema } from '../../lib/crm/crm-job.ts';
import { crmObjectSchema } from '../../lib/crm/preferences.ts';
import { crmStatusSchema } from '../../lib/crm/status-store.ts';
import { driftFindingSchema, reportSchema } from '../../lib/drift/drift.ts';
import { exportOrderSchema } from '../../lib/exports/export.ts';
import { checkboxSchema, formInputSchema } from '../../lib/forms/form.ts';
import { shownQuestionSchema } from '../../lib/forms/shown-question.ts';
import { submissionAnswerSchema } from '../../lib/forms/submission-answer.ts';
import { sendingSchema } from '../../lib/gate/agent-text.ts';
import { pendingSchema } from '../../lib/gate/pending-texts.ts';
import { removedSchema } from '../../lib/http/route.ts';
import { leadDetailsSchema } from '../../lib/leads/lead.ts';
import {
  messageSchema,
  messageStatusSchema,
  purposeSchema,
  traceSchema,
} from '../../lib/messaging/message.ts';
import { keywordInputSchema, keywordSchema } from '../../lib/organization/keyword.ts';
import { hoursSchema, weekSchema } from '../../lib/organization/sending-rules.ts';
import { moneySchema, settingsChangeSchema, settingsSchema } from '../../lib/organization/settings.ts';
import { fieldErrorSchema, gatewayMessageSchema, problemSchema } from '../../lib/runtime/problem-schema.ts';

/** Names the schemas of lib for clients. A schema that only one route uses names itself, with `.meta({ id })`. */
const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  AgentTextPermission: sendingSchema,
  Automation: automationSchema,
  AutomationKind: automationKindSchema,
  CampaignInput: campaignInputSchema,
  ConsentBadge: badgeSchema,
  ConsentDocumentation: documentationSchema,
  ConsentEffect: effectSchema,
  ConsentEvent: consentEventSchema,
  ConsentEventKind: eventKindSchema,
  ConsentState: consentStateSchema,
  ConsentStatus: consentStatusSchema,
  CrmJob: crmJobSchema,
  CrmMappingCheck: mappingCheckSchema,
  CrmObject: crmObjectSchema,
  CrmStatus: crmStatusSchema,
  CrmWrite: writeSchema,
  DayHours: hoursSchema,
  DriftFinding: driftFindingSchema,
  UnreadableText: unreadableTextSchema,
  DriftReport: reportSchema,
  Enrollment: enrollmentSchema,
  Evidence: evidenceSchema,
  EvidenceSource: evidenceSourceSchema,
  ExportOrder: exportOrderSchema,
  FieldError: fieldErrorSchema,
  FormCheckbox: checkboxSchema,
  FormInput: formInputSchema,
  GatewayMessage: gatewayMessageSchema,
  Keyword: keywordSchema,
  KeywordInput: keywordInputSchema,
  KeywordOptIn: keywordOptInSchema,
  LeadDetails: leadDetailsSchema,
  Message: messageSchema,
  MessageStatus: messageStatusSchema,
  Money: moneySchema,
  OptInQuestion: shownQuestionSchema,
  OptInRequestStatus: optInRequestStatusSchema,
  PendingText: pendingSchema,
  Problem: problemSchema,
  Removed: removedSchema,
  Settings: settingsSchema,
  SettingsChange: settingsChangeSchema,
  SubmissionAnswer: submissionAnswerSchema,
  TemplateStatus: templateStatusSchema,
  TextPurpose: purposeSchema,
  Trace: traceSchema,
  WeekHours: weekSchema,
};

/** Registers the names of the schemas of lib. Call it before the API is described. */
export function nameComponents(): void {
  for (const [id, schema] of Object.entries(COMPONENTS)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
}
