/** The time of the build: printed, or as a number of 4 or 8 bytes. */
import type { BuildFacts } from '../../execute/facts.ts';
import type { ByteRange, Change, Detector, Evidence, Finding } from './evidence.ts';
import { changeFinding } from './evidence.ts';
import { isOfBuild, isPlausible, type PrintedTime, timesIn } from './printed-times.ts';

export const timestamp: Detector = {
  kind: 'timestamp',
  detect: (evidence) => [...printedTimes(evidence), ...numberTimes(evidence)],
};

function printedTimes({ changes, facts, plan }: Evidence): Finding[] {
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
    // Where our build is known, it did not run at this time, and a number of ten digits can be anything.
    if (facts !== undefined || rebuilt.form.startsWith('epoch')) return [];
    return finding('possible', 'both values are times of one form');
  });
}

function isClock({ seconds, precision }: PrintedTime, clock: number): boolean {
  return seconds !== undefined && clock >= seconds && clock < seconds + precision;
}

interface TimeInText extends PrintedTime {
  readonly text: string;
}

/** The times of one form that contain the two values of a change, where nothing else of the values differs. */
function timesOf({ published, rebuilt, around }: Change): [TimeInText, TimeInText] | undefined {
  if (published === undefined || rebuilt === undefined) return undefined;
  const left = timeAt(around?.published.text ?? published, around?.published.at ?? 0, published.length);
  const right = timeAt(around?.rebuilt.text ?? rebuilt, around?.rebuilt.at ?? 0, rebuilt.length);
  if (left === undefined || right === undefined) return undefined;
  return left.form === right.form && left.rest === right.rest ? [left, right] : undefined;
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

/** Numbers of seconds in binary contents: only a time at which our own build ran is believed. */
function numberTimes({ published, rebuilt, ranges, facts }: Evidence): Finding[] {
  if (facts === undefined || published === undefined || rebuilt === undefined) return [];
  return ranges.flatMap((range) => {
    const found = numberAt(published, rebuilt, range, facts);
    if (found === undefined) return [];
    const why = 'the rebuilt bytes are the time at which our build ran, in seconds since 1970';
    return [
      {
        confidence: 'certain',
        place: `offset ${found.at}`,
        published: String(found.published),
        rebuilt: String(found.rebuilt),
        why,
        explains: [range],
      },
    ];
  });
}

function numberAt(
  published: Uint8Array,
  rebuilt: Uint8Array,
  { offset, length }: ByteRange,
  facts: BuildFacts,
) {
  if (length > 4) return undefined;
  const [left, right] = [published, rebuilt].map(
    (each) => new DataView(each.buffer, each.byteOffset, each.length),
  ) as [DataView, DataView];
  for (let at = Math.max(0, offset + length - 4); at <= offset && at + 4 <= rebuilt.length; at++) {
    for (const little of [true, false]) {
      const [a, b] = [left.getUint32(at, little), right.getUint32(at, little)];
      const time = { seconds: b, ofDay: undefined, precision: 1 };
      if (isOfBuild(time, facts) && isPlausible(a)) return { at, published: a, rebuilt: b };
    }
  }
  return undefined;
}
