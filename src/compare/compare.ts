/** Compares a published and a rebuilt package: bytes first; where they differ, what differs and how much. */
import type { Apk } from '../apk/apk.ts';
import { readApk } from '../apk/read-apk.ts';
import type { ByteSource } from '../byte-source.ts';
import { keepSbom } from '../claim/sbom/sbom-entry.ts';
import { compareFiles } from './compare-files.ts';
import type { Comparison } from './comparison.ts';
import { compareSboms, sbomOf } from './sbom-state.ts';
import type { CompareBounds } from './unequal.ts';

export interface CompareOptions extends CompareBounds {
  /**
   * The published package as `readPublished` read it before, which saves a second reading. The caller must compare its digest
   * with the one that the comparison states.
   */
  readonly read?: Apk;
}

/**
 * Compares two packages. Fails as `readApk` does where one of them is not a package.
 */
export async function comparePackages(
  published: ByteSource,
  rebuilt: ByteSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const files = await compareFiles(published, rebuilt);
  const left = options.read ?? (await readWithSbom(published));
  if (files.equal) return { files, sbom: compareSboms(sbomOf(left), sbomOf(left)) };
  // What shows how two packages differ is loaded only where they do.
  const { compareUnequal } = await import('./unequal.ts');
  const right = await readWithSbom(rebuilt);
  return compareUnequal(files, { source: published, apk: left }, { source: rebuilt, apk: right }, options);
}

function readWithSbom(source: ByteSource): Promise<Apk> {
  return readApk(source, { keep: keepSbom });
}
