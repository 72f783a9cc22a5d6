/** Comparators on damaged contents: no exception but a `Failure`, no end of work, no flood of parts. */
import assert from 'node:assert/strict';
import { compareContent, knownFormats } from '../../src/compare/comparators/comparators.ts';
import { type CompareLimits, defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import type { FormatName, Part } from '../../src/compare/part.ts';
import { mutated, randomOf } from './mutate.ts';
import { samples } from './samples.ts';

/** Tight enough that a damaged size cannot make one case slow. */
const fuzzLimits: CompareLimits = {
  ...defaultCompareLimits,
  heldBytes: 8 * 1024 * 1024,
  inflatedBytes: 8 * 1024 * 1024,
  steps: 4_000_000,
  outputCharacters: 64 * 1024,
};

/** Runs so many cases of a format, numbered from a first seed. */
export async function fuzzFormat(format: FormatName, cases: number, firstSeed: number): Promise<void> {
  const { path, published, rebuilt } = samples[format];
  for (let seed = firstSeed; seed < firstSeed + cases; seed += 1) {
    const random = randomOf(seed);
    const left = random(2) === 0 ? published : mutated(published, random);
    const right = mutated(random(2) === 0 ? published : rebuilt, random);
    const parts = await compareContent(path, left, right, fuzzLimits);
    const where = `${format}, seed ${seed}`;
    assert.equal(parts.length === 0, left.equals(right), `${where}: parts exactly where bytes differ`);
    const defect = notesOf(parts).find((note) => note.startsWith('a defect'));
    assert.equal(defect, undefined, where);
    assert.ok(JSON.stringify(parts).length < 4 * fuzzLimits.outputCharacters, `${where} says too much`);
  }
}

function notesOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ note, children }) => [
    ...(note === undefined ? [] : [note]),
    ...notesOf(children ?? []),
  ]);
}

export const fuzzedFormats: readonly FormatName[] = knownFormats.map(({ format }) => format);
