/** Times that binary contents hold as numbers. */
import type { BuildFacts } from '../../execute/facts.ts';
import type { ByteRange, Evidence, Finding } from './evidence.ts';
import { isOfBuild } from './printed-times.ts';

interface Encoding {
  readonly bytes: 4 | 8;
  /** What is counted, and from when. */
  readonly title: string;
  /** Counts in one second, and seconds from its beginning to 1970. */
  readonly perSecond: bigint;
  readonly before1970: number;
  /** Whether two plausible values of it are hardly ever something else, so that it is believed of files that nobody built here. */
  readonly telling: boolean;
}

const since1970 = { before1970: 0 } as const;

const encodings: readonly Encoding[] = [
  { bytes: 8, title: 'seconds since 1970', perSecond: 1n, ...since1970, telling: true },
  { bytes: 8, title: 'milliseconds since 1970', perSecond: 1000n, ...since1970, telling: true },
  { bytes: 8, title: 'microseconds since 1970', perSecond: 1_000_000n, ...since1970, telling: true },
  { bytes: 8, title: 'nanoseconds since 1970', perSecond: 1_000_000_000n, ...since1970, telling: false },
  // Apple and OpenType count from 1904, Windows in units of 100 ns from 1601.
  { bytes: 8, title: 'seconds since 1904', perSecond: 1n, before1970: 2_082_844_800, telling: true },
  { bytes: 8, title: '100 ns since 1601', perSecond: 10_000_000n, before1970: 11_644_473_600, telling: true },
  { bytes: 4, title: 'seconds since 1970', perSecond: 1n, ...since1970, telling: false },
  { bytes: 4, title: 'seconds since 1904', perSecond: 1n, before1970: 2_082_844_800, telling: false },
];

interface TimeNumber {
  readonly at: number;
  readonly encoding: Encoding;
  readonly published: bigint;
  readonly rebuilt: bigint;
  readonly seconds: readonly [published: number, rebuilt: number];
}

/** Findings for ranges of bytes that are numbers of a time: of that at which our build ran, or of two likely ones where nothing was built here. */
export function numberTimes({ published, rebuilt, ranges, facts }: Evidence): Finding[] {
  if (published === undefined || rebuilt === undefined || ranges.length === 0) return [];
  return facts === undefined
    ? likelyTimes(published, rebuilt, ranges)
    : ranges.flatMap((range) => {
        const found = numberIn(published, rebuilt, range, (number) => isAtBuild(number, facts));
        const why = 'the rebuilt bytes are the time at which our build ran, in ';
        return found === undefined ? [] : [findingOf(found, range, 'certain', why)];
      });
}

function findingOf(
  { at, published, rebuilt, encoding }: TimeNumber,
  range: ByteRange,
  confidence: Finding['confidence'],
  why: string,
): Finding {
  return {
    confidence,
    place: `offset ${at}`,
    published: String(published),
    rebuilt: String(rebuilt),
    why: why + encoding.title,
    explains: [range],
  };
}

function isAtBuild({ seconds: [published, rebuilt] }: TimeNumber, facts: BuildFacts): boolean {
  return isOfBuild({ seconds: rebuilt, ofDay: undefined, precision: 1 }, facts) && isPlausible(published);
}

/** More places than a header has, so that what is in all of them is hardly a time. */
const mostPlaces = 64;

/**
 * Numbers are believed without a build where all that differs is explained by them: those of 8 bytes whose upper half says so, and those of 4
 * bytes that lie where a compiler puts them or come more than once.
 */
function likelyTimes(published: Uint8Array, rebuilt: Uint8Array, ranges: readonly ByteRange[]): Finding[] {
  if (ranges.length > mostPlaces) return [];
  const found = ranges.map((range) => {
    const number = numberIn(published, rebuilt, range, (each) => isLikely(each, published, rebuilt));
    return number === undefined ? undefined : { range, number };
  });
  const all = found.filter((each) => each !== undefined);
  const [first] = all;
  if (first === undefined || all.length < ranges.length) return [];
  const same = (number: TimeNumber) => String([number.published, number.rebuilt]);
  const repeated = all.length > 1 && all.every(({ number }) => same(number) === same(first.number));
  if (
    !repeated &&
    !all.every(({ number: { at, encoding } }) => encoding.telling || at % encoding.bytes === 0)
  )
    return [];
  return all.map(({ number, range }) =>
    findingOf(number, range, 'possible', 'both values can be times, in '),
  );
}

/** No two builds of one package are further apart; other numbers are, nearly always. */
const longestApart = 5 * 365 * 86_400;

function isLikely({ at, encoding, seconds: [a, b] }: TimeNumber, ...sides: readonly Uint8Array[]): boolean {
  if (!isPlausible(a) || !isPlausible(b) || Math.abs(a - b) > longestApart) return false;
  if (encoding.bytes === 8) return encoding.telling && at % 4 === 0;
  if (encoding.before1970 > 0) return false;
  return !sides.some((side) => side.subarray(at, at + 4).every((byte) => byte >= 0x20 && byte < 0x7f));
}

/** 2005 to 2040: when packages of today were built, or what they hold. */
function isPlausible(seconds: number): boolean {
  return seconds >= 1_104_537_600 && seconds < 2_208_988_800;
}

/** The first number around a range of bytes, in any encoding, that is accepted. */
function numberIn(
  published: Uint8Array,
  rebuilt: Uint8Array,
  { offset, length }: ByteRange,
  accept: (number: TimeNumber) => boolean,
): TimeNumber | undefined {
  const [left, right] = [viewOf(published), viewOf(rebuilt)];
  for (const encoding of encodings) {
    const { bytes } = encoding;
    if (length > bytes) continue;
    const last = Math.min(offset, published.length - bytes, rebuilt.length - bytes);
    for (let at = Math.max(0, offset + length - bytes); at <= last; at++) {
      for (const little of [true, false]) {
        const number = numberAt(left, right, at, encoding, little);
        if (accept(number)) return number;
      }
    }
  }
  return undefined;
}

function numberAt(
  left: DataView,
  right: DataView,
  at: number,
  encoding: Encoding,
  little: boolean,
): TimeNumber {
  const read = (view: DataView) =>
    encoding.bytes === 4 ? BigInt(view.getUint32(at, little)) : view.getBigUint64(at, little);
  const [published, rebuilt] = [read(left), read(right)];
  const seconds = (value: bigint) => Number(value / encoding.perSecond) - encoding.before1970;
  return { at, encoding, published, rebuilt, seconds: [seconds(published), seconds(rebuilt)] };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
