/** Times as Go prints them (`time.RFC3339`), with the zone they are printed in. */

export interface BuildTime {
  /** Seconds since the epoch: SOURCE_DATE_EPOCH, or 0 where the build had no clock. */
  readonly epochSeconds: number;
  /** Minutes east of Greenwich. It is the builder's zone where the build had no clock, and 0 in every other build. */
  readonly zoneOffsetMinutes: number;
}

/** `1970-01-01T00:00:00Z`, `1969-12-31T19:00:00-05:00`. */
export function rfc3339(time: BuildTime): string {
  const local = new Date((time.epochSeconds + time.zoneOffsetMinutes * 60) * 1000);
  const two = (value: number) => String(Math.abs(value)).padStart(2, '0');
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  const date = `${year}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`;
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const offset = time.zoneOffsetMinutes;
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
  return `${date}T${clock}${zone}`;
}

/** The inverse of `rfc3339`; undefined for a text that `rfc3339` cannot print. */
export function parseRfc3339(text: string): BuildTime | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second, , zoneHour, zoneMinute] = match.slice(1).map(Number);
  const zoneOffsetMinutes =
    match[7] === undefined ? 0 : Number(`${match[7]}1`) * (zoneHour! * 60 + zoneMinute!);
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second);
  const time = { epochSeconds: local / 1000 - zoneOffsetMinutes * 60, zoneOffsetMinutes };
  return rfc3339(time) === text ? time : undefined;
}
