/** Random values: temporary names, UUIDs, bytes of a random generator that the steps use. */
import { buildPathsOf } from './build-path.ts';
import { drawnForm } from './drawn-values.ts';
import {
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
    return [...drawnValues(evidence), ...randomTokens(evidence), ...randomContent(evidence)];
  },
};

/** Findings for values whose form says that they were drawn. The drawn name of a folder is a part of the path of the build, which has its own cause. */
function drawnValues({ changes }: Evidence): Finding[] {
  return changes.flatMap((change) => {
    const found = buildPathsOf(change) === undefined ? drawnForm(change) : undefined;
    return found === undefined ? [] : [changeFinding(change, found.confidence, found.why)];
  });
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
    if (buildPathsOf(change) !== undefined) return [];
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
