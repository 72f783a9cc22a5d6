/** A published and a rebuilt package: bytes first; where they differ, what differs and how far apart they are. */
import { type Apk, readApk } from '../apk/apk.ts';
import type { ByteSource } from '../byte-source.ts';
import { keepSbom } from '../claim/sbom/sbom-entry.ts';
import { compareFiles } from './bytes.ts';
import type { Comparison } from './comparison.ts';
import { compareSboms, sbomOf } from './sbom-state.ts';
import type { CompareBounds } from './unequal.ts';

export interface CompareOptions extends CompareBounds {
  /**
   * The published package as `readPublished` read it before, which spares a second reading. Whoever gives it must hold its digest
   * against the one that the comparison states.
   */
  readonly read?: Apk;
}

/**
 * Compares two packages. Fails as `readApk` does if one of them is none.
 */
export async function comparePackages(
  published: ByteSource,
  rebuilt: ByteSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const files = await compareFiles(published, rebuilt);
  const left = options.read ?? (await readWithSbom(published));
  if (files.equal) return { files, sbom: compareSboms(sbomOf(left), sbomOf(left)) };
  // All that shows how two packages differ: loaded only where they do.
  const { compareUnequal } = await import('./unequal.ts');
  const right = await readWithSbom(rebuilt);
  return compareUnequal(files, { source: published, apk: left }, { source: rebuilt, apk: right }, options);
}

function readWithSbom(source: ByteSource): Promise<Apk> {
  return readApk(source, { keep: keepSbom });
}
