/** What a file says of itself, by which it is selected. Nothing here decides a verdict, so nothing is verified. */

import { statSync } from 'node:fs';
import { q1 } from '../apk/checksum.ts';
import { readFront } from '../apk/front.ts';
import { pkgInfoValue, pkgInfoValues } from '../apk/pkginfo.ts';
import { baseName } from '../bytes.ts';
import { sha256Hasher } from '../digest.ts';
import { Failure } from '../failure.ts';
import { isPackageName, parseSubjectName } from '../flow/subject-name.ts';
import { fileSource, isAddress } from '../inputs/store/files.ts';

export interface SubjectFacts {
  /** What tells it from others of a list, whatever folder holds it: the file's own name, or the address. */
  readonly name: string;
  /** The recipe's name, or what stands for it in a file that says none. */
  readonly origin: string;
  /** The checksum by which an index lists the file; undefined for what is not a readable file here. */
  readonly checksum: string | undefined;
}

/** Reads the front of a file. An address is known by its last name, and so is what cannot be read, or only once: it is judged, which says why. */
export async function subjectFacts(subject: string): Promise<SubjectFacts> {
  const stem = baseName(subject).replace(/\.apk$/, '');
  if (isPackageName(subject))
    return { name: subject, origin: parseSubjectName(subject)!.name, checksum: undefined };
  const name = isAddress(subject) ? subject : baseName(subject);
  if (isAddress(subject) || !isRegularFile(subject)) return { name, origin: stem, checksum: undefined };
  try {
    const { pkginfo, controlSha1 } = await readFront(fileSource(subject));
    const origin = pkgInfoValue(pkginfo, 'origin') || pkgInfoValue(pkginfo, 'pkgname') || stem;
    return { name, origin, checksum: q1(controlSha1) };
  } catch (failure) {
    if (failure instanceof Failure) return { name, origin: stem, checksum: undefined };
    throw failure;
  }
}

function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether the data section of a file is the one that its control section records: without that, the same control section says nothing of what is installed. */
export async function hasItsData(path: string): Promise<boolean> {
  const { pkginfo, dataStart } = await readFront(fileSource(path));
  const hasher = sha256Hasher();
  let at = 0;
  for await (const piece of fileSource(path).open()) {
    hasher.update(piece.subarray(Math.max(0, dataStart - at)));
    at += piece.length;
  }
  const recorded = pkgInfoValues(pkginfo, 'datahash');
  return recorded.length === 1 && recorded[0] === hasher.digest();
}
