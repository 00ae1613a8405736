import { Duration } from 'aws-cdk-lib';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import { EVENT_PREFIX } from '../../lib/consent/consent-items.ts';
import { MESSAGE_SORT_KEY } from '../../lib/messaging/message-items.ts';
import { followTable } from '../constructs/follow-table.ts';
import { OrganizationBus } from '../constructs/organization-bus.ts';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import { addStreamDeadLetters } from '../constructs/sendgate-queue.ts';
import type { OrganizationStack } from '../organization-stack.ts';

/** Adds the organization's bus, with changes of consent and outcomes of texts (X8). Sending does not depend on it. */
export function addEvents(stack: OrganizationStack): void {
  const { alarms, key, organization, outreach, registry } = stack;
  const unheard = (what: string) =>
    `Somebody who opted out may still be contacted by systems that follow the event bus: ${what}.`;

  const bus = new OrganizationBus(stack, 'events', { organization: organization.name, key });
  const unpublished = addStreamDeadLetters(stack, 'unpublished');
  const publishEvents = new SendgateFunction(stack, {
    name: 'publish-events',
    timeout: Duration.seconds(30),
    errorImpact: unheard('publishing fails'),
  });
  bus.grantPublish(publishEvents);
  publishEvents.setEnvironment({
    consentTable: registry.table.tableName,
    outreachTable: outreach.table.tableName,
  });
  // An outage of the bus loses no event for 12 hours. The stream keeps changes for 24 hours.
  const retries = { retryAttempts: 10_000, maxRecordAge: Duration.hours(12), deadLetters: unpublished };
  followTable(stack, publishEvents, registry, {
    ...retries,
    changes: {
      NewImage: {
        sk: { S: FilterRule.beginsWith(EVENT_PREFIX) },
        effect: { S: FilterRule.isEqual('changed') },
      },
    },
  });
  // Only outbound texts are followed. Leads, enrollments and received texts invoke no function.
  followTable(stack, publishEvents, outreach, {
    ...retries,
    changes: {
      NewImage: {
        sk: { S: FilterRule.isEqual(MESSAGE_SORT_KEY) },
        direction: { S: FilterRule.isEqual('outbound') },
      },
    },
  });

  // An event that succeeds at a second or third try harms nobody. Six failures in five minutes delay every event behind it.
  alarms.onCount(publishEvents, 'publishFailed', { harm: unheard('publishing fails'), moreThan: 5 });
  alarms.onStreamAge(publishEvents, unheard('events are published late'));
  alarms.onCount(publishEvents, 'eventUnreadable', { harm: unheard('a change could not be read') });
  alarms.onDeadLetters('unpublished', { deadLetters: unpublished }, unheard('events were given up'));
}
