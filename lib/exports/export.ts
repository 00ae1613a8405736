import * as z from 'zod';
import { consentStatusSchema } from '../consent/consent-event.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Exports and their records are deleted after this many days. The bucket's lifecycle rule uses the same number. */
export const EXPORT_DAYS = 7;

/** The order for an export. */
export const exportOrderSchema = z.strictObject({
  format: z.enum(exportFormats),
  /** Exports only numbers that have this status when they are read; absent: all numbers. */
  status: consentStatusSchema.optional(),
});
export type ExportOrder = z.infer<typeof exportOrderSchema>;

/** An export of the registry (S7): its order and its progress. */
export const exportSchema = z.object({
  ...exportOrderSchema.shape,
  id: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  /** The user who ordered it. */
  actor: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Numbers, events and bytes written so far. */
  numbers: z.int().nonnegative(),
  events: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Count of numbers whose stored items failed verification (X2); the export marks each of them. */
  faults: z.int().nonnegative(),
  /** Reason of the failure, as a sentence. */
  reason: z.string().optional(),
  /** Id of the multipart upload in progress. */
  uploadId: z.string().optional(),
  /** Entity tags of the uploaded parts, in order. */
  parts: z.array(z.string()),
  /** Key of the last item that was read; the next worker continues after it. */
  position: z.object({ pk: z.string(), sk: z.string() }).optional(),
});
export type Export = z.infer<typeof exportSchema>;

/** A queued job: work on an export. Sender and worker parse it with this schema. */
export const exportJobSchema = z.object({ exportId: z.string() });
export type ExportJob = z.infer<typeof exportJobSchema>;

/** Names the object in the bucket that holds a finished export. */
export function objectKeyOf({ id, format }: Pick<Export, 'id' | 'format'>): string {
  return `exports/${id}.${format}`;
}

/** Creates an export that no worker has started. @param actor the user who ordered it. */
export function newExport(id: string, order: ExportOrder, actor: string, now: Date): Export {
  const at = now.toISOString();
  const counts = { numbers: 0, events: 0, bytes: 0, faults: 0 };
  return { ...order, id, state: 'queued', actor, createdAt: at, updatedAt: at, ...counts, parts: [] };
}
