import * as z from 'zod';

/** The `source` of every event on an organization's EventBridge bus. */
export const EVENT_SOURCE = 'sendgate';

/** An event to publish on the bus (X8). */
export interface PublishedEvent {
  /** Name and version of its schema, for rules to match on: `sendgate.consent.changed.v1`. */
  readonly detailType: string;
  /** Time of the change that it reports, ISO 8601 UTC. */
  readonly time: string;
  readonly detail: EventDetail;
}

export interface EventDetail {
  readonly id: string;
  readonly organization: string;
  readonly number: string;
}

/** One kind of event, with its schema, its documentation, and an example that the schema accepts. */
export interface EventDefinition<Detail extends EventDetail = EventDetail> {
  readonly detailType: string;
  readonly summary: string;
  /** One sentence each: when it is published, which data it omits, and how to order its events. */
  readonly notes: readonly string[];
  readonly schema: z.ZodType<Detail>;
  readonly example: PublishedEvent;
}

/** The fields that every event's `detail` has. */
export const detailShape = {
  id: z
    .string()
    .meta({ description: 'The same whenever the event is published again: drop an id that you have seen.' }),
  organization: z.string().meta({ description: 'Whose stack published it.' }),
  number: z.string().meta({ description: 'The phone number, E.164: keep it out of logs.' }),
};
