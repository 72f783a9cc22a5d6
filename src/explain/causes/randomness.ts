/** Random values: temporary names, UUIDs, bytes of a random generator that the steps use. */
import {
  type Change,
  changeFinding,
  type Detector,
  type Evidence,
  type Finding,
  isSettled,
  isUnstable,
} from './evidence.ts';
import { lineOfMaker, stepThat } from './step-texts.ts';

export const randomness: Detector = {
  kind: 'randomness',
  detect(evidence) {
    // What our own builds agree on was not drawn by chance.
    if (isSettled(evidence)) return [];
    return [...randomNames(evidence), ...randomTokens(evidence), ...randomContent(evidence)];
  },
};

/** Random names that programs choose: mktemp, tempfile of Python, gcc; a UUID of version 4 (RFC 9562 §5.4). */
const drawn: readonly (readonly [RegExp, string])[] = [
  [/\btmp\.[A-Za-z0-9]{10}\b/, 'mktemp chooses random names of this form'],
  [/\/tmp[a-z0-9_]{8}\b/, 'Python’s tempfile chooses random names of this form'],
  [/\/cc[A-Za-z0-9]{6}\.(o|s|c|i)\b/, 'gcc chooses random names of this form for its intermediate files'],
  [
    /(?<![0-9a-f])[0-9a-f]{8}([-_])[0-9a-f]{4}\1[4][0-9a-f]{3}\1[89ab][0-9a-f]{3}\1[0-9a-f]{12}(?![0-9a-f])/i,
    'it is a UUID of version 4, which is random',
  ],
];

/** Findings for random names. The name is part of a path, which has its own cause, so the change stays available for that. */
function randomNames({ changes, reorderings: _ }: Evidence): Finding[] {
  return changes.flatMap((change) => {
    const found = drawn.find(([pattern]) => differIn(change, pattern));
    return found === undefined ? [] : [changeFinding(change, 'likely', found[1])];
  });
}

function differIn({ published = '', rebuilt = '' }: Change, pattern: RegExp): boolean {
  const [left, right] = [pattern.exec(published)?.[0], pattern.exec(rebuilt)?.[0]];
  return left !== undefined && right !== undefined && left !== right;
}

/** The sources of random values in steps. */
const sources =
  /\/dev\/u?random\b|\$\{?S?RANDOM\b|\buuidgen\b|\bopenssl\s+rand\b|\bshuf\b|\bmktemp\b|\bimport (random|secrets)\b|\bMath\.random\b/;

function drawsRandomly(line: string): boolean {
  return sources.test(line);
}

/**
 * Findings for hexadecimal values where a step draws random ones. Values as long as a digest are left alone: a digest follows
 * from its input.
 */
function randomTokens(evidence: Evidence): Finding[] {
  const step = stepThat(evidence, drawsRandomly);
  const line = step?.namesFile === true ? step.line : lineOfMaker(evidence, drawsRandomly);
  // A step that has nothing to do with the file says nothing, unless the builds themselves show that it is chance.
  const drawing = line ?? (isUnstable(evidence) ? step?.line : undefined);
  if (step === undefined || drawing === undefined) return [];
  return evidence.changes.flatMap((change) => {
    const [left, right] = [change.published, change.rebuilt].map(randomLooking);
    if (left === undefined || right === undefined || left.length !== right.length || left === right)
      return [];
    const why = `a step draws random values: ${drawing.slice(0, 160)}`;
    return [changeFinding(change, step.namesFile || isUnstable(evidence) ? 'likely' : 'possible', why)];
  });
}

const digestLengths = new Set([32, 40, 56, 64, 96, 128]);

/** A run of hexadecimal digits with both digits and letters. */
function randomLooking(text: string | undefined): string | undefined {
  const runs = (text ?? '').match(/(?<![0-9A-Za-z])[0-9a-f]{8,}(?![0-9A-Za-z])/g) ?? [];
  return runs.find((run) => !digestLengths.has(run.length) && /\d/.test(run) && /[a-f]/.test(run));
}

const leastBytes = 8;

/** Findings for contents of one length that share hardly a byte, where the step that writes them uses a random generator. */
function randomContent(evidence: Evidence): Finding[] {
  const { published, rebuilt, ranges } = evidence;
  if (published === undefined || rebuilt === undefined || ranges.length === 0) return [];
  const step = stepThat(evidence, drawsRandomly);
  if (step === undefined || !step.namesFile || published.length < leastBytes) return [];
  const wide = ranges.filter(({ length }) => length >= leastBytes);
  return wide.map((range) => ({
    confidence: 'likely',
    place: `offset ${range.offset}, ${range.length} bytes`,
    published: hex(published, range.offset),
    rebuilt: hex(rebuilt, range.offset),
    why: `the step that writes it draws random values: ${step.line.slice(0, 160)}`,
    explains: [range],
  }));
}

function hex(bytes: Uint8Array, offset: number): string {
  return Buffer.from(bytes.subarray(offset, offset + 16)).toString('hex');
}
