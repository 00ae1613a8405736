export * from '../../lib/http/cursor.ts';
