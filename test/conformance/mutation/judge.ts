/** Many changed packages through the whole of `verify`, from the file on disk to the verdict. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../../src/flow/run-options.ts';
import type { PackageResult } from '../../../src/verdict/result.ts';
import { verify } from '../../../src/verify.ts';

export interface Mutant {
  /** What was changed, for the message of a failure. */
  readonly what: string;
  readonly bytes: Uint8Array;
}

export interface Judged<M extends Mutant = Mutant> {
  readonly mutant: M;
  readonly result: PackageResult;
}

/** Bounds of a batch, which is in memory and on the disk at once. */
const batch = { mutants: 256, bytes: 64 * 1024 * 1024 };

/** Verifies mutants in batches; each keeps the file name of the package behind a number. */
export async function* judge<M extends Mutant>(
  mutants: Iterable<M> | AsyncIterable<M>,
  fileName: string,
  options: RunOptions,
): AsyncGenerator<Judged<M>> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-mutants-'));
  const place = (index: number) => join(folder, `${index}-${fileName}`);
  try {
    let pending: M[] = [];
    let bytes = 0;
    for await (const mutant of mutants) {
      pending.push(mutant);
      bytes += mutant.bytes.length;
      if (pending.length < batch.mutants && bytes < batch.bytes) continue;
      yield* judgeBatch(pending, place, options);
      [pending, bytes] = [[], 0];
    }
    if (pending.length > 0) yield* judgeBatch(pending, place, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* judgeBatch<M extends Mutant>(
  mutants: readonly M[],
  place: (index: number) => string,
  options: RunOptions,
): AsyncGenerator<Judged<M>> {
  const files = mutants.map(({ bytes }, index) => {
    writeFileSync(place(index), bytes);
    return place(index);
  });
  const { packages } = await verify(files, options);
  for (const [index, result] of packages.entries()) yield { mutant: mutants[index]!, result };
}
