import * as z from 'zod';

/** What EventBridge shows as the source of every event on an organization's bus. */
export const EVENT_SOURCE = 'sendgate';

/** A published event as the bus takes it. */
export interface PublishedEvent {
  /** Name and version of its schema, for rules to match on: `sendgate.consent.changed.v1`. */
  readonly detailType: string;
  /** When it happened, ISO 8601 UTC. */
  readonly time: string;
  readonly detail: EventDetail;
}

export interface EventDetail {
  readonly id: string;
  readonly organization: string;
  readonly number: string;
}

/** One kind of event: its schema, what it is for, and an example that the schema accepts. */
export interface EventDefinition<Detail extends EventDetail = EventDetail> {
  readonly detailType: string;
  readonly summary: string;
  /** When it is published, what is left out, and how its events are put in order; one sentence each. */
  readonly notes: readonly string[];
  readonly schema: z.ZodType<Detail>;
  readonly example: PublishedEvent;
}

/** Fields that the detail of every event has. */
export const detailShape = {
  id: z
    .string()
    .meta({ description: 'The same whenever the event is published again: drop an id that you have seen.' }),
  organization: z.string().meta({ description: 'Whose stack published it.' }),
  number: z.string().meta({ description: 'The phone number, E.164: keep it out of logs.' }),
};
