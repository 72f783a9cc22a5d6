/** Any two packages compared, wherever they come from. */

import type { Limits } from './apk/limits.ts';
import { type Comparison, comparePackages } from './compare/compare.ts';
import { fileSource } from './inputs/files.ts';

/** Compares two package files. Fails as `readApk` does if one of them is none. */
export function diff(published: string, rebuilt: string, limits?: Limits): Promise<Comparison> {
  return comparePackages(fileSource(published), fileSource(rebuilt), limits);
}
