/** The time of the build: printed, where a format stores one, or as a number of 4 or 8 bytes. */
import { numberTimes } from './binary-times.ts';
import type { Change, Detector, Evidence, Finding } from './evidence.ts';
import { changeFinding, isSettled, lineOf } from './evidence.ts';
import { isOfBuild, type PrintedTime, timesIn } from './printed-times.ts';
import { isWeekday } from './time-forms.ts';

export const timestamp: Detector = {
  kind: 'timestamp',
  detect: (evidence) => [
    ...storedTimes(evidence),
    ...printedTimes(evidence),
    ...durations(evidence),
    ...numberTimes(evidence),
  ],
};

/** Values that are times by their format. */
function storedTimes({ changes }: Evidence): Finding[] {
  return changes
    .filter(
      ({ about, published, rebuilt }) => about === 'time' && published !== undefined && rebuilt !== undefined,
    )
    .map((change) => changeFinding(change, 'certain', 'the format stores a time there'));
}

function printedTimes({ changes: all, facts, plan }: Evidence): Finding[] {
  const changes = all.filter(({ about }) => about !== 'time');
  return changes.flatMap((change) => {
    const pair = timesOf(change);
    if (pair === undefined) return [];
    const [published, rebuilt] = pair;
    const finding = (confidence: Finding['confidence'], why: string): Finding[] => [
      { ...changeFinding(change, confidence, why), published: published.text, rebuilt: rebuilt.text },
    ];
    if (facts !== undefined && isOfBuild(rebuilt, facts)) {
      return finding('certain', 'the rebuilt value is the time at which our build ran');
    }
    const clock = plan?.builder.clock ?? undefined;
    if (clock !== undefined && isClock(rebuilt, clock)) {
      return finding('likely', 'the rebuilt value is the clock that the build was given');
    }
    // Where our build is known, it did not run at this time.
    if (facts !== undefined) return [];
    const [first, second] = [published.seconds, rebuilt.seconds];
    if (first !== undefined && second !== undefined && !areNear(first, second)) return [];
    if (isRound(published) && isRound(rebuilt)) return [];
    // A bare number, or a word beside one, can be anything, unless its line says that it is a time.
    if (isAmbiguous(rebuilt) && !speaksOfTime.test(lineOf(change))) return [];
    return finding('possible', 'both values are times of one form');
  });
}

/** How long something took: a number with a unit, in a line that says so. What our builds agree on was not measured. */
function durations(evidence: Evidence): Finding[] {
  if (isSettled(evidence)) return [];
  return evidence.changes.flatMap((change) => {
    const { published, rebuilt } = change;
    if (published === undefined || rebuilt === undefined) return [];
    const [left, right] = [durationForm.exec(published), durationForm.exec(rebuilt)];
    if (left === null || right === null || left[1] !== right[1]) return [];
    const line = lineOf(change);
    if (!speaksOfDuration.test(line) || speaksOfSettings.test(line)) return [];
    if (left[1] === undefined && !namesUnit.test(line)) return [];
    return [changeFinding(change, 'possible', 'both values say how long something took')];
  });
}

const durationForm = /^(?:\d{1,3}m)?\d{1,9}(?:[.,]\d{1,9})?(ns|us|µs|ms|s|sec|secs|min)?[.,;]?$/;
const speaksOfDuration =
  /\b(?:took|taken|elapsed|duration|(?:built|done|finished|completed|compiled|passed|ran)(?: [\w.,-]{1,30}){0,5} in)\b|^\W*(?:real|user|sys)\s/i;
/** Durations that somebody chose. */
const speaksOfSettings = /time-?out|interval|delay|limit|cache|retry|\b(?:max|min|default)\b/i;
const namesUnit = /\b(?:ns|us|µs|ms|s|secs?|seconds?|milliseconds?|minutes?)\b/i;

const bareNumbers = /^epoch|^compact-two-digit$|^compact-date$|^day-of-year$/;

/** Abbreviations of months that are words of English, or of programs, as well. */
const ambiguousMonth = /^(?:may|mar|mars|march|dec|[Ss]et|[Oo]ut|[Mm]ag|[Gg]en|[Aa]go|[Ll]ug)\b/;

function isAmbiguous({ form, text }: TimeInText): boolean {
  if (/^(?:month-year|c-date)$/.test(form)) return ambiguousMonth.test(text);
  // Three numbers of two digits are a ratio as well.
  return bareNumbers.test(form) || (/^(?:us|european)$/.test(form) && /\/\d\d$/.test(text));
}

/** Numbers that somebody wrote, such as a limit or an address of hardware: a clock hardly ever gives two of them. */
function isRound({ form, seconds = 1 }: TimeInText): boolean {
  return form === 'epoch-hexadecimal' ? seconds % 4096 === 0 : form === 'epoch' && seconds % 100_000 === 0;
}

/** Names of times in the words of programs: `buildTime`, `BUILD_TS`, `mtime`. */
const speaksOfTime =
  /time(?!rs?\b|r_|out)|(?<!vali|candi|man)date|stamp|epoch|_ts\b|\bts\b|built|creat|generat|modif|since|clock|\bwhen\b|(?:build|compiled)[_ -]?(?:on|at)\b/i;

/** No two builds of one package are further apart; other numbers are, nearly always. */
const longestApart = 20 * 365 * 86_400;

function areNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= longestApart;
}

function isClock({ seconds, precision }: PrintedTime, clock: number): boolean {
  return seconds !== undefined && clock >= seconds && clock < seconds + precision;
}

interface TimeInText extends PrintedTime {
  readonly text: string;
}

/** The times of one form that contain the two values of a change, where nothing else of the values differs. The name of a day belongs to the date behind it. */
function timesOf({ published, rebuilt, around }: Change): [TimeInText, TimeInText] | undefined {
  if (published === undefined || rebuilt === undefined) return undefined;
  const find = isWeekday(published) && isWeekday(rebuilt) ? timeBehind : timeAt;
  const left = find(around?.published.text ?? published, around?.published.at ?? 0, published.length);
  const right = find(around?.rebuilt.text ?? rebuilt, around?.rebuilt.at ?? 0, rebuilt.length);
  if (left === undefined || right === undefined) return undefined;
  return left.form === right.form && left.rest === right.rest ? [left, right] : undefined;
}

/** The time that follows a value with nothing but spaces between. */
function timeBehind(text: string, at: number, length: number): ReturnType<typeof timeAt> {
  const end = at + length;
  const found = timesIn(text).find(({ start }) => start >= end && /^[ ,]{1,3}$/.test(text.slice(end, start)));
  return found === undefined ? undefined : { ...found, text: text.slice(at, found.end), rest: '' };
}

/** The first time that overlaps a value, and the part of the value that is not a time. */
function timeAt(
  text: string,
  at: number,
  length: number,
): (TimeInText & { readonly rest: string }) | undefined {
  const times = timesIn(text).filter(({ start, end }) => start < at + length && end > at);
  const [found] = times;
  if (found === undefined) return undefined;
  let rest = '';
  let from = at;
  for (const { start, end } of times) {
    rest += `${text.slice(from, Math.max(from, start))}\0`;
    from = end;
  }
  rest += text.slice(from, Math.max(from, at + length));
  return { ...found, text: text.slice(found.start, found.end), rest };
}
