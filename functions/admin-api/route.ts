import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import type { Lanes } from '../../lib/automation/lanes.ts';
import type { WorkIndex } from '../../lib/automation/work-index.ts';
import type { BroadcastStore } from '../../lib/campaigns/broadcast-store.ts';
import type { CampaignStore } from '../../lib/campaigns/campaign-store.ts';
import type { MemberStore } from '../../lib/campaigns/member-store.ts';
import type { OptInRuns } from '../../lib/campaigns/opt-in-runs.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentLists } from '../../lib/consent/lists.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import type { UnreadableTextStore } from '../../lib/conversations/unreadable-texts.ts';
import type { CrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import type { DriftStore } from '../../lib/drift/drift-store.ts';
import type { ExportJobs } from '../../lib/exports/export-jobs.ts';
import type { ExportStore } from '../../lib/exports/export-store.ts';
import type { LoadDeps } from '../../lib/gate/load-decision-input.ts';
import { defineRoute, type RouteOf } from '../../lib/http/route.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import type { LinkValidity } from '../../lib/runtime/signed-link.ts';
import type { SingleTextStore } from '../../lib/single-texts/single-text-store.ts';

/** The dependencies of the routes. Routes record only consent that a user enters, with the user as the actor. */
export interface AdminDeps extends LoadDeps {
  readonly registry: Pick<
    ConsentRegistry,
    'read' | 'readMany' | 'loadSnapshots' | 'events' | 'audit' | 'record'
  >;
  readonly lists: ConsentLists;
  readonly exports: {
    readonly store: Pick<ExportStore, 'add' | 'get'>;
    readonly jobs: ExportJobs;
    /** Creates a link that downloads an object of the export bucket. */
    readonly link: (key: string, validity: LinkValidity) => Promise<string>;
  };
  readonly configuration: Configuration;
  readonly leads: LeadStore;
  readonly enrollments: Pick<EnrollmentStore, 'add' | 'get' | 'ofLead' | 'ofLeads' | 'replace' | 'change'>;
  readonly messages: MessageStore;
  readonly crmJobQueue: Pick<CrmJobQueue, 'enqueueCrmJob'>;
  readonly conversations: ConversationStore;
  readonly singleTexts: SingleTextStore;
  readonly lanes: Lanes<'priority'>;
  readonly drift: Pick<DriftStore, 'reports' | 'findings'>;
  readonly unreadable: Pick<UnreadableTextStore, 'list'>;
  readonly campaigns: CampaignStore;
  readonly members: MemberStore;
  readonly broadcasts: BroadcastStore;
  readonly optInRuns: Pick<OptInRuns, 'get'>;
  readonly index: Pick<WorkIndex, 'due' | 'waiting'>;
  /** Whole minutes between two cycles. */
  readonly cycleRateMinutes: string;
}

export type Route = RouteOf<AdminDeps>;

/** Defines a route of this API. The compiler checks its work against its own schemas. */
export function route<Body = undefined, Query = undefined>(
  definition: RouteOf<AdminDeps, Body, Query>,
): Route {
  return defineRoute(definition);
}
