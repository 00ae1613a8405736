import * as z from 'zod';
import { consentStatusSchema } from '../consent/consent-event.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Exports, and what is known of them, are gone after this. The bucket's life cycle says the same. */
export const EXPORT_DAYS = 7;

/** What an export is asked to be. */
export const exportOrderSchema = z.strictObject({
  format: z.enum(exportFormats),
  /** Only the numbers that stand so when they are read; all without it. */
  status: consentStatusSchema.optional(),
});
export type ExportOrder = z.infer<typeof exportOrderSchema>;

/** One export of the registry (S7): what was asked for, and how far it is. */
export const exportSchema = z.object({
  ...exportOrderSchema.shape,
  id: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  /** Who asked for it. */
  actor: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Numbers, events and bytes that are written. */
  numbers: z.int().nonnegative(),
  events: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Numbers of which something stored does not hold; the export says which. */
  faults: z.int().nonnegative(),
  reason: z.string().optional(),
  /** The upload that is under way: its id, and the tag of each part in their order. */
  uploadId: z.string().optional(),
  parts: z.array(z.string()),
  /** Where the registry is to be read on from. */
  position: z.object({ pk: z.string(), sk: z.string() }).optional(),
});
export type Export = z.infer<typeof exportSchema>;

/** The job of an export, at both ends of its queue. */
export const exportJobSchema = z.object({ exportId: z.string() });
export type ExportJob = z.infer<typeof exportJobSchema>;

/** Object of the bucket that an export becomes. */
export function objectKeyOf({ id, format }: Pick<Export, 'id' | 'format'>): string {
  return `exports/${id}.${format}`;
}

/** A new export, not begun. */
export function newExport(id: string, order: ExportOrder, actor: string, now: Date): Export {
  const at = now.toISOString();
  const counts = { numbers: 0, events: 0, bytes: 0, faults: 0 };
  return { ...order, id, state: 'queued', actor, createdAt: at, updatedAt: at, ...counts, parts: [] };
}
