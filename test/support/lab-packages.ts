/** Packages of the lab, each read once for all the tests of a process. */
import { join } from 'node:path';
import type { Apk } from '../../src/apk/apk.ts';
import { readPublished } from '../../src/claim/claim.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { lab } from './lab.ts';

const read = new Map<string, Promise<Apk>>();

/** @param file below the lab's folder */
export function labPackage(file: string): Promise<Apk> {
  const known = read.get(file) ?? readPublished(fileSource(join(lab, file)));
  read.set(file, known);
  return known;
}
