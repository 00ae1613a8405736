const TICKED = new Set(['true', '1', 'on', 'yes', 'y', 'checked']);

/**
 * Whether a value means that the person ticked the box: what builders send for a tick, or the words or the option
 * itself. Anything else, an absent field included, is not a tick: consent is never guessed.
 */
export function isTicked(value: unknown, labels: readonly (string | undefined)[]): boolean {
  if (Array.isArray(value)) return value.some((entry) => isTicked(entry, labels));
  if (value === true || value === 1) return true;
  if (typeof value !== 'string') return false;
  const said = plain(value);
  return (
    TICKED.has(said) || (said !== '' && labels.some((label) => label !== undefined && plain(label) === said))
  );
}

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
