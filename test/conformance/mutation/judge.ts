/** Many changed packages through the whole of `verify`, from the file on disk to the verdict. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../../src/options.ts';
import type { PackageResult } from '../../../src/verdict/result.ts';
import { verify } from '../../../src/verify.ts';

export interface Mutant {
  /** What was changed, for the message of a failure. */
  readonly what: string;
  readonly bytes: Uint8Array;
}

export interface Judged {
  readonly mutant: Mutant;
  readonly result: PackageResult;
}

const batch = 256;

/** Verifies mutants in batches; each keeps the file name of the package behind a number. */
export async function* judge(
  mutants: Iterable<Mutant> | AsyncIterable<Mutant>,
  fileName: string,
  options: RunOptions,
): AsyncGenerator<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-mutants-'));
  const place = (index: number) => join(folder, `${index}-${fileName}`);
  try {
    let pending: Mutant[] = [];
    for await (const mutant of mutants) {
      pending.push(mutant);
      if (pending.length < batch) continue;
      yield* judgeBatch(pending, place, options);
      pending = [];
    }
    if (pending.length > 0) yield* judgeBatch(pending, place, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* judgeBatch(
  mutants: readonly Mutant[],
  place: (index: number) => string,
  options: RunOptions,
): AsyncGenerator<Judged> {
  const files = mutants.map(({ bytes }, index) => {
    writeFileSync(place(index), bytes);
    return place(index);
  });
  const { packages } = await verify(files, options);
  for (const [index, result] of packages.entries()) yield { mutant: mutants[index]!, result };
}
