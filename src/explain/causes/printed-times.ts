/** Times of day in texts, as programs print them. */
import type { BuildFacts } from '../../execute/facts.ts';
import { formsFor, monthOf } from './time-forms.ts';

export interface PrintedTime {
  /** Which of the forms. */
  readonly form: string;
  readonly start: number;
  readonly end: number;
  /** Seconds since 1970; the zone is unknown, and UTC is assumed. Undefined for a time of day. */
  readonly seconds: number | undefined;
  /** Seconds since midnight, only for a time of day. */
  readonly ofDay: number | undefined;
  /** The precision of the form, in seconds. */
  readonly precision: number;
  /** The same digits read as day before month, where they may be. */
  readonly dayFirst?: number;
}

/** All times in a text, in order; forms do not overlap. */
export function timesIn(text: string): PrintedTime[] {
  const found: PrintedTime[] = [];
  if (text.length > 100_000 || !/\d\d/.test(text)) return found;
  for (const [form, pattern] of formsFor(text)) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && end > other.start)) continue;
      const groups = match.groups ?? {};
      const clock = groups['h'] === undefined || form === 'time' ? '' : ' with a time of day';
      found.push({
        form: dateForms.has(form) ? form + clock : form,
        start,
        end,
        ...valueFrom(groups),
        ...(form === 'us' ? dayFirst(groups) : {}),
      });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Forms in which a time of day may be left out. */
const dateForms: ReadonlySet<string> = new Set([
  'east-asian',
  'day-month-name',
  'c-date',
  'dots',
  'us',
  'european',
]);

type Groups = Readonly<Record<string, string | undefined>>;
type TimeValue = Pick<PrintedTime, 'seconds' | 'ofDay' | 'precision'>;

function valueFrom(groups: Groups): TimeValue {
  const { e, hex, days, y, h, s } = groups;
  const exactly = (seconds: number, precision: number): TimeValue => ({
    seconds,
    ofDay: undefined,
    precision,
  });
  if (e !== undefined) return exactly(Number(e), 1);
  if (hex !== undefined) return exactly(Number.parseInt(hex, 16), 1);
  if (days !== undefined) return exactly(Number(days) * day, day);
  if (y === undefined) return { seconds: undefined, ofDay: ofDayFrom(groups), precision: 1 };
  const { first, precision } = dateFrom(groups, y.length === 2 ? 2000 + Number(y) : Number(y));
  return exactly(first + ofDayFrom(groups), h === undefined ? precision : s === undefined ? 60 : 1);
}

/** Digits that may as well be a day and a month, in this order. */
function dayFirst({ m, d, ...rest }: Groups): { readonly dayFirst?: number } {
  if (Number(d) > 12) return {};
  const { seconds } = valueFrom({ ...rest, m: d, d: m });
  return seconds === undefined ? {} : { dayFirst: seconds };
}

/** Seconds since midnight, in UTC where the zone is given by a number. */
function ofDayFrom({ h, mi, s, ap, z }: Groups): number {
  if (h === undefined) return 0;
  const half = ap === undefined ? undefined : ap.toLowerCase();
  const hours = half === undefined ? Number(h) : (Number(h) % 12) + (half === 'p' ? 12 : 0);
  const [, sign, zoneHours, zoneMinutes] = /^([+-])(\d\d):?(\d\d)$/.exec(z ?? '') ?? [];
  const zone = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * 60 * (sign === '-' ? -1 : 1);
  return hours * 3600 + Number(mi ?? 0) * 60 + Number(s ?? 0) - zone;
}

/** The first second of a day, a week or a month, and how many it has. */
function dateFrom({ m, mon, d, doy, w, wd }: Groups, year: number): { first: number; precision: number } {
  const at = (month: number, dayOfMonth: number) => Date.UTC(year, month, dayOfMonth) / 1000;
  if (doy !== undefined) return { first: at(0, Number(doy)), precision: day };
  if (w !== undefined) {
    // ISO 8601: the first week is that of January 4, and begins on a Monday.
    const fourth = new Date(at(0, 4) * 1000).getUTCDay() || 7;
    const monday = at(0, 4 - fourth + 1 + (Number(w) - 1) * 7);
    return wd === undefined
      ? { first: monday, precision: 7 * day }
      : { first: monday + (Number(wd) - 1) * day, precision: day };
  }
  const month = mon === undefined ? Number(m) - 1 : (monthOf(mon) ?? 0);
  return d === undefined
    ? { first: at(month, 1), precision: 31 * day }
    : { first: at(month, Number(d)), precision: day };
}

const day = 86_400;
/** A program may print the time of something that it did just before or after. */
const slack = 2;

/** Whether our steps may have run at a time; zones shift it by whole quarters of an hour. */
export function isOfBuild(
  { seconds, ofDay, precision, dayFirst }: Pick<PrintedTime, 'seconds' | 'ofDay' | 'precision' | 'dayFirst'>,
  { began, ended }: Pick<BuildFacts, 'began' | 'ended'>,
): boolean {
  const within = (from: number) => from + precision > began - slack && from <= ended + slack;
  if (seconds !== undefined) return within(seconds) || (dayFirst !== undefined && within(dayFirst));
  if (ofDay === undefined) return false;
  const from = (began - slack) % day;
  return (((ofDay - from) % day) + day) % day <= ended - began + 2 * slack;
}
