/** Every single thing that can be changed in a package, each packed again so that all digests and signatures fit. */

import { type Packing, type Parts, putTogether, type SectionName, withTarByte } from '../../support/parts.ts';
import type { Change, Whole } from './attributes.ts';
import { controlChanges, pkginfoChanges } from './control.ts';
import { dataChanges } from './data.ts';
import { framingChanges, madeBy, signatureChanges } from './framing.ts';
import type { Mutant } from './judge.ts';

/** All mutants of one package, made as they are asked for; with `every` only each so-many-th. */
export async function* fieldMutants({ parts, packing }: Whole, every = 1): AsyncGenerator<Mutant> {
  const published = await putTogether(parts, packing);
  let at = 0;
  for (const change of changes(parts, packing)) {
    if (at++ % every !== 0) continue;
    const changed = await madeBy(change, { parts, packing });
    // What is written as it was before is not a change: a last line moved last, a Go gzip made by Go's.
    if (Buffer.compare(changed, published) !== 0) yield { what: change.what, bytes: changed };
  }
}

function* changes(parts: Parts, packing: Packing): Generator<Change> {
  yield* dataChanges(parts);
  yield* controlChanges(parts);
  yield* pkginfoChanges(parts);
  yield* signatureChanges(parts, packing);
  yield* framingChanges(parts, packing);
}

/** Each byte of a section's archive, or each so-many-th; of the signature section the signature's own among them. */
export async function* archiveByteMutants(
  { parts, packing }: Whole,
  section: SectionName,
  every = 1,
): AsyncGenerator<Mutant> {
  for (let at = 0, size = 1; at < size; at += every) {
    const alter: Packing['alter'] = (name, tar) => {
      if (name !== section) return tar;
      size = tar.length;
      return withTarByte(tar, at, 1 << (at % 8));
    };
    yield { what: `${section} archive byte ${at}`, bytes: await putTogether(parts, { ...packing, alter }) };
  }
}
