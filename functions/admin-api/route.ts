import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import type { ConsentLists } from '../../lib/consent/lists.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { Arrivals } from '../../lib/crm/arrivals.ts';
import { defineRoute, type RouteOf } from '../../lib/http/route.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import type { Configuration } from '../../lib/organization/configuration.ts';

export { invalid, notFound, pageQuery, RequestProblem } from '../../lib/http/route.ts';

/** What the routes work on. The only consent that is written here is what somebody enters, with their name. */
export interface AdminDeps {
  readonly registry: Pick<ConsentRegistry, 'read' | 'events' | 'audit' | 'record'>;
  readonly lists: ConsentLists;
  readonly configuration: Configuration;
  readonly leads: LeadStore;
  readonly enrollments: Pick<EnrollmentStore, 'add' | 'ofLead'>;
  readonly messages: MessageStore;
  readonly arrivals: Pick<Arrivals, 'announce'>;
  readonly now: () => Date;
}

export type Route = RouteOf<AdminDeps>;

/** A route of this API: checked against its own schemas. */
export function route<Body = undefined, Query = undefined>(
  definition: RouteOf<AdminDeps, Body, Query>,
): Route {
  return defineRoute(definition);
}
