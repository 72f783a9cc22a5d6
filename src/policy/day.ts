/** Days in UTC, by their number since 1970-01-01: rules hold for whole days. */

declare const kindOfDay: unique symbol;

/** Days since 1970-01-01; only the functions below make one. */
export type Day = number & { readonly [kindOfDay]: true };

const millisecondsOfDay = 86_400_000;

/** Parses `YYYY-MM-DD`; undefined for text of a different form and for days that no calendar has. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  const day = (milliseconds / millisecondsOfDay) as Day;
  // The 30th of February is parsed as a day of March (ECMA-262, 21.4.1.12, leaves it open).
  return dayText(day) === text ? day : undefined;
}

/** The day of a time in seconds since 1970. */
export function dayOf(seconds: number): Day {
  return Math.floor(seconds / (millisecondsOfDay / 1000)) as Day;
}

export function dayText(day: Day): string {
  return new Date(day * millisecondsOfDay).toISOString().slice(0, 10);
}

export function laterBy(days: number, day: Day): Day {
  return (day + days) as Day;
}
