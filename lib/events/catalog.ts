import { consentChangedEvent } from './consent-changed.ts';
import type { EventDefinition } from './event.ts';
import { textOutcomeEvent } from './text-outcome.ts';

/** Lists every kind of event that the organization's bus carries (X8); docs/events.md is written from it. */
export const eventCatalog: readonly EventDefinition[] = [consentChangedEvent, textOutcomeEvent];
