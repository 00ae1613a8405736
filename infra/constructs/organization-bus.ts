import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SendgateFunction } from './sendgate-function.ts';

/** Holds the event bus to which an organization's other systems can subscribe (X8). */
export class OrganizationBus extends Construct {
  private readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: { readonly organization: string; readonly key: IKey }) {
    super(scope, id);
    this.bus = new EventBus(this, 'bus', {
      eventBusName: `sendgate-${props.organization}`,
      description: 'Consent changes and outcomes of texts: docs/events.md',
      kmsKey: props.key,
    });
  }

  get name(): string {
    return this.bus.eventBusName;
  }

  /** Lets a function publish events. EventBridge itself may use the key by the key's policy. */
  grantPublish(fn: SendgateFunction): void {
    fn.setEnvironment({ eventBus: this.bus.eventBusName });
    this.bus.grantPutEventsTo(fn);
  }
}
