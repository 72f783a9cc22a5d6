/** Times of day in texts, as programs print them. */
import type { BuildFacts } from '../../execute/facts.ts';

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
}

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const monthNames = months.split('|');
const clock = '(?<h>[01]\\d|2[0-3]):(?<mi>[0-5]\\d)(?::(?<s>[0-5]\\d|60))?';
const name = `(?<mon>${months})[a-z]*`;

/** The forms, the most specific first; a later one that overlaps is not looked at. */
const forms: readonly (readonly [string, RegExp])[] = [
  ['iso', new RegExp(`(?<!\\d)(?<y>(?:19|20)\\d\\d)-(?<m>0[1-9]|1[0-2])-(?<d>[0-3]\\d)[T ]+${clock}`, 'g')],
  [
    'ctime',
    new RegExp(`\\b${name} {1,2}(?<d>\\d{1,2}) ${clock}(?: [A-Z]{3,4})? (?<y>(?:19|20)\\d\\d)\\b`, 'g'),
  ],
  ['c-date-time', new RegExp(`\\b${name} {1,2}(?<d>\\d{1,2}),? (?<y>(?:19|20)\\d\\d),? ${clock}`, 'g')],
  ['rfc-2822', new RegExp(`(?<!\\d)(?<d>\\d{1,2}) ${name} (?<y>(?:19|20)\\d\\d)[ ,]+${clock}`, 'g')],
  [
    'compact',
    /(?<!\d)(?<y>20\d\d)(?<m>0[1-9]|1[0-2])(?<d>[0-3]\d)[-T_]?(?<h>[01]\d|2[0-3])(?<mi>[0-5]\d)(?<s>[0-5]\d)(?!\d)/g,
  ],
  ['slashes', new RegExp(`(?<!\\d)(?<y>(?:19|20)\\d\\d)/(?<m>0[1-9]|1[0-2])/(?<d>[0-3]\\d) ${clock}`, 'g')],
  ['iso-date', /(?<!\d)(?<y>(?:19|20)\d\d)[-/](?<m>0[1-9]|1[0-2])[-/](?<d>0[1-9]|[12]\d|3[01])(?!\d)/g],
  ['c-date', new RegExp(`\\b${name} {1,2}(?<d>\\d{1,2}),? (?<y>(?:19|20)\\d\\d)\\b`, 'g')],
  ['date', new RegExp(`(?<!\\d)(?<d>\\d{1,2})[ -]${name}[ -](?<y>(?:19|20)\\d\\d)(?!\\d)`, 'g')],
  ['epoch', /(?<![\d.])(?<e>1[0-9]{9})(?:\.\d+)?(?![\d])/g],
  ['epoch-milliseconds', /(?<![\d.])(?<e>1[0-9]{9})(?<ms>\d{3})(?!\d)/g],
  ['time', /(?<![\d:])(?<h>[01]\d|2[0-3]):(?<mi>[0-5]\d):(?<s>[0-5]\d|60)(?![\d:])/g],
];

/** All times in a text, in order; forms do not overlap. */
export function timesIn(text: string): PrintedTime[] {
  const found: PrintedTime[] = [];
  if (text.length > 100_000) return found;
  for (const [form, pattern] of forms) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && end > other.start)) continue;
      found.push({ form, start, end, ...valueFrom(match.groups ?? {}) });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

type Groups = Readonly<Record<string, string | undefined>>;

function valueFrom({
  e,
  y,
  m,
  mon,
  d,
  h,
  mi,
  s,
}: Groups): Pick<PrintedTime, 'seconds' | 'ofDay' | 'precision'> {
  if (e !== undefined) return { seconds: Number(e), ofDay: undefined, precision: 1 };
  const ofDay = h === undefined ? 0 : Number(h) * 3600 + Number(mi) * 60 + Number(s ?? 0);
  if (y === undefined) return { seconds: undefined, ofDay, precision: 1 };
  const month = mon === undefined ? Number(m) - 1 : monthNames.indexOf(mon);
  const seconds = Date.UTC(Number(y), month, Number(d)) / 1000 + ofDay;
  return { seconds, ofDay: undefined, precision: h === undefined ? 86_400 : s === undefined ? 60 : 1 };
}

const day = 86_400;
/** A program may print the time of something that it did just before or after. */
const slack = 2;

/** Whether our steps may have run at a time; zones shift it by whole quarters of an hour. */
export function isOfBuild(
  { seconds, ofDay, precision }: Pick<PrintedTime, 'seconds' | 'ofDay' | 'precision'>,
  { began, ended }: Pick<BuildFacts, 'began' | 'ended'>,
): boolean {
  if (seconds !== undefined) return seconds + precision > began - slack && seconds <= ended + slack;
  if (ofDay === undefined) return false;
  const from = (began - slack) % day;
  return (((ofDay - from) % day) + day) % day <= ended - began + 2 * slack;
}

/** Whether a package may have been built at a time: 2000 to 2100. */
export function isPlausible(seconds: number): boolean {
  return seconds >= 946_684_800 && seconds < 4_102_444_800;
}
