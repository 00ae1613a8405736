import type { ExportFormat } from '../../lib/exports/export.ts';
import type { Figure } from './figure.ts';

/** The parts of the bench, in the order in which they run: each in a process of its own, with engines of its own. */
export const PARTS = [
  'texts',
  'waiting',
  'waking',
  'lanes',
  'linear',
  'stop',
  'lookups',
  'lists',
  'costs',
  'bundles',
] as const;
export type PartName = (typeof PARTS)[number];

export interface PartOptions {
  readonly leads: number;
  readonly waiting: readonly number[];
  readonly woken: number;
  readonly queued: number;
  readonly due: readonly number[];
  readonly numbers: number;
  readonly rows: number;
  readonly formats: readonly ExportFormat[];
}

/** A message of a part's process to the process that started it. */
export type PartMessage = { readonly line: string } | { readonly figures: readonly Figure[] };
