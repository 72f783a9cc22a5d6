/** Where the material of tests lies, and why a test is skipped that lacks it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: this file is compiled to .build/test/support/. */
export const root: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The command line as it is published. */
export const program: string = join(root, 'dist/bin/wolfi-repro.js');

export const fixtures: string = join(root, 'fixtures');
export const lab: string = join(fixtures, 'lab');

/** The larger lab, with packages whose text is not ours to keep: as named, or beside the checkout; undefined elsewhere. */
export const sharedLab: string | undefined = present('WOLFI_REPRO_LAB', '../shared/lab');
/** The folder with the most packages of real melange that there is here. */
export const fullestLab: string = sharedLab ?? lab;
/** Packages that others published: as named, or beside the checkout; undefined elsewhere. */
export const sharedSamples: string | undefined = present('WOLFI_REPRO_SAMPLES', '../shared/samples');

export interface Golden {
  /** Below the lab folder. */
  readonly file: string;
  readonly recipe: string;
  readonly melange: string;
  readonly sha256: string;
  readonly reproducible: boolean;
  readonly cause?: string;
  readonly differs?: string;
  readonly signed: boolean;
  readonly sourceDir?: string;
}

export function goldens(folder: string = lab): readonly Golden[] {
  return JSON.parse(readFileSync(join(folder, 'goldens.json'), 'utf8')) as Golden[];
}

/** `false`, or the reason for which `node:test` skips a test. An empty text is a variable that names nothing. */
export function skipUnless(needed: unknown, reason: string): string | false {
  return needed === undefined || needed === false || needed === '' ? reason : false;
}

/** A folder that a variable of the environment names must be there. */
function present(variable: string, usual: string): string | undefined {
  const named = process.env[variable];
  if (named === undefined) return existsSync(join(root, usual)) ? join(root, usual) : undefined;
  if (!existsSync(named)) throw new Error(`${variable} names ${named}, which is not there`);
  return named;
}
