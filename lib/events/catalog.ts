import { consentChangedEvent } from './consent-changed.ts';
import type { EventDefinition } from './event.ts';
import { textOutcomeEvent } from './text-outcome.ts';

/** Every kind of event that is published. */
export const eventCatalog: readonly EventDefinition[] = [consentChangedEvent, textOutcomeEvent];
