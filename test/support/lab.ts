/** Where the material of tests lies, and why a test is skipped that lacks it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: this file is compiled to .build/test/support/. */
export const root: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export const fixtures: string = join(root, 'fixtures');
export const lab: string = join(fixtures, 'lab');

/** The larger lab beside the checkout, with packages whose text is not ours to keep; undefined elsewhere. */
export const sharedLab: string | undefined = present(join(root, '../shared/lab'));
/** Packages that others published; undefined elsewhere. */
export const sharedSamples: string | undefined = present(join(root, '../shared/samples'));
/** The lab's build environment as `npm test` makes it; undefined where Debian's packages are not to be had. */
export const labEnvironment: string | undefined = madeEnvironment();

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

/** `false`, or the reason for which `node:test` skips a test. */
export function skipUnless(needed: unknown, reason: string): string | false {
  return needed === undefined || needed === false ? reason : false;
}

function present(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function madeEnvironment(): string | undefined {
  const folder = join(root, '.cache/lab/environment');
  const stamp = join(folder, 'made-for');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === 'everything' ? folder : undefined;
}
