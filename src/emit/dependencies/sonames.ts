/** The names under which an ELF file is a library. */

import { dynamicStrings, dynamicTag, interpreter } from '../../formats/elf/dynamic.ts';
import type { Elf } from '../../formats/elf/reader.ts';
import type { Format } from '../../melange/format.ts';
import { isHostLibrary } from './host-libraries.ts';

/**
 * The SONAMEs of a file; undefined where Go cannot read them. A program, which is a file with an interpreter, has
 * none, unless its file is named like a library: libc and libcap can be run as well.
 */
export function sonamesOf(elf: Elf, fileName: string, format: Format): readonly string[] | undefined {
  const namedLikeLibrary = fileName.includes('.so.') || (format.sonameOfSuffixSo && fileName.endsWith('.so'));
  if (interpreter(elf) !== '' && !namedLikeLibrary) return [];
  return dynamicStrings(elf, dynamicTag.soname)?.filter((name) => !isHostLibrary(name, 'provided', format));
}

/** The version in a SONAME: the text between the first `.so.` and the next, if it is a number. */
export function sonameVersion(soname: string): string {
  const version = soname.split('.so.')[1];
  return version !== undefined && /^[.\p{Nd}]*$/u.test(version) ? version : '0';
}
