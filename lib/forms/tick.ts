/** Values that builders send for a tick. */
const TICKED = new Set(['true', '1', 'on', 'yes', 'y', 'checked']);

/**
 * Decides whether a value is a tick (H4): a value that builders send for one, the words, or the option. Anything else, an absent field
 * included, is no tick, because consent is never guessed.
 *
 * @param labels the words and the option.
 */
export function isTicked(value: unknown, labels: readonly (string | undefined)[]): boolean {
  if (Array.isArray(value)) return value.some((entry) => isTicked(entry, labels));
  if (value === true || value === 1) return true;
  if (typeof value !== 'string') return false;
  const text = plain(value);
  return (
    TICKED.has(text) || (text !== '' && labels.some((label) => label !== undefined && plain(label) === text))
  );
}

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
