/** Content types in which a batch of documented opt-ins can be written. */
export const IMPORT_TYPES = ['text/csv', 'application/x-ndjson'] as const;
/** Most rows of one request: each is a transaction of its own, and the answer must come within seconds. */
export const IMPORT_ROWS = 1000;
/** Columns of CSV, or fields of NDJSON. */
export const IMPORT_COLUMNS = ['number', 'date', 'method', 'proof', 'wording'] as const;
