import * as z from 'zod';
import { crmApi } from '../../lib/crm/crm-api.ts';
import { createApi } from '../../lib/http/api.ts';
import type { RouteDescription } from '../../lib/http/route.ts';
import { senderApi } from '../../lib/sender/sender-api.ts';
import { openApiDocument } from './openapi.ts';
import { type AdminDeps, type Route, route } from './route.ts';
import { agentTextRoutes } from './routes/agent-texts.ts';
import { automationRoutes } from './routes/automations.ts';
import { campaignBroadcastRoutes } from './routes/campaign-broadcasts.ts';
import { campaignDeliverabilityRoutes } from './routes/campaign-deliverability.ts';
import { campaignMemberRoutes } from './routes/campaign-members.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { certificateRoutes } from './routes/certificates.ts';
import { consentEntryRoutes } from './routes/consent-entries.ts';
import { consentListRoutes } from './routes/consent-lists.ts';
import { conversationListRoutes } from './routes/conversation-list.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { driftRoutes } from './routes/drift.ts';
import { dryRunRoutes } from './routes/dry-run.ts';
import { exportRoutes } from './routes/exports.ts';
import { formDryRunRoutes } from './routes/form-dry-run.ts';
import { formRoutes } from './routes/forms.ts';
import { importRoutes } from './routes/imports.ts';
import { keywordRoutes } from './routes/keywords.ts';
import { leadRoutes } from './routes/leads.ts';
import { messageRoutes } from './routes/messages.ts';
import { numberRoutes } from './routes/numbers.ts';
import { settingsRoutes } from './routes/settings.ts';
import { unreadableTextRoutes } from './routes/unreadable-texts.ts';
import { whyRoutes } from './routes/why.ts';

const resourceRoutes: readonly Route[] = [
  ...settingsRoutes,
  ...formRoutes,
  ...formDryRunRoutes,
  ...automationRoutes,
  ...keywordRoutes,
  ...campaignRoutes,
  ...campaignMemberRoutes,
  ...campaignDeliverabilityRoutes,
  ...campaignBroadcastRoutes,
  ...leadRoutes,
  ...numberRoutes,
  ...conversationListRoutes,
  ...conversationRoutes,
  ...messageRoutes,
  ...agentTextRoutes,
  ...whyRoutes,
  ...dryRunRoutes,
  ...consentListRoutes,
  ...consentEntryRoutes,
  ...certificateRoutes,
  ...importRoutes,
  ...driftRoutes,
  ...unreadableTextRoutes,
  ...exportRoutes,
];

/** All routes of this function. */
export const routes: readonly Route[] = [
  ...resourceRoutes,
  route({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getDescription',
    tag: 'description',
    summary: 'Gives this description',
    roles: ['admin', 'agent'],
    answers: { status: 200, schema: z.looseObject({}), example: {} },
    handle: async () => ({ status: 200, body: openApiDocument(descriptions) }),
  }),
];

/** The descriptions of all routes behind the token, also of those that other functions serve. */
export const descriptions: readonly RouteDescription[] = [
  ...routes,
  ...Object.values(senderApi),
  ...Object.values(crmApi),
];

/** Creates the handler of the admin API. */
export function createAdminApi(deps: AdminDeps) {
  return createApi(routes, deps);
}
