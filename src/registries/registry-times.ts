/** Times as registries write them, in seconds since 1970. */

/** RFC 3339, and ISO 8601 without an offset, which registries mean in UTC; undefined for anything else. */
export function secondsOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/i.exec(text);
  if (match === null) return undefined;
  const iso = text.replace(' ', 'T').toUpperCase();
  return secondsOrNone(Date.parse(match[1] === undefined ? `${iso}Z` : iso));
}

/** A date of HTTP (RFC 9110 §5.6.7). */
export function secondsOfHttpDate(text: string): number | undefined {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? secondsOrNone(Date.parse(text))
    : undefined;
}

/** `yyyymmddhhmmss` in UTC: Maven's `lastUpdated`, Go's pseudo-versions. */
export function secondsOfDigits(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return secondsOrNone(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`));
}

export function digitsOf(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
}

function secondsOrNone(milliseconds: number): number | undefined {
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
