/** The lab's build environment, what could not be had of it, and which packages of the lab that costs. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { lab, root } from './lab.ts';

const named = process.env['WOLFI_REPRO_LAB_ENVIRONMENT'];

/** As `npm test` makes it, or as WOLFI_REPRO_LAB_ENVIRONMENT names it; undefined where nothing of it can be made. */
export const labEnvironment: string | undefined =
  named === undefined ? madeEnvironment() : givenEnvironment(named);

/** Names of the environment's packages whose Debian files are nowhere to be had any more. */
export const missingPackages: ReadonlySet<string> = new Set(missingIn(labEnvironment, 'x86_64'));

/** Without its packages nearly nothing of the lab can be built. */
const base = 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk';
const withdrawn = 'Debian no longer has what these packages of the lab’s environment are made of: ';

/** Whether a test was skipped for want of a package that only some of the lab's packages need. */
export function isWithdrawn(reason: string): boolean {
  return reason.startsWith(withdrawn);
}

/**
 * `false`, or why these packages cannot be built in the environment that each records.
 * @param files published packages, by their path or below the lab's folder
 */
export function lacksEnvironment(...files: readonly string[]): string | false {
  if (labEnvironment === undefined) return 'the Debian packages of the lab’s environment are not to be had';
  if (missingPackages.size === 0) return false;
  const lacking = missingOf(files);
  if (lacking.length === 0) return false;
  const ofBase = missingOf([base]);
  if (ofBase.length > 0)
    return `the lab’s environment lacks ${ofBase.join(', ')}, which nearly all packages of the lab need`;
  return `${withdrawn}${lacking.join(', ')}`;
}

function missingOf(files: readonly string[], missing: Iterable<string> = missingPackages): string[] {
  const wanted = new Set(files.flatMap((file) => recordedPackages(resolve(lab, file))));
  return [...missing].filter((name) => wanted.has(name)).sort();
}

/** The names in the lock that the recipe of a package of the lab holds; none where it holds no lock. */
export function recordedPackages(file: string): string[] {
  // All members at once: signature, control and data section behind each other.
  const text = gunzipSync(readFileSync(file)).toString('latin1');
  const lock = /^environment:\n {2}contents:\n(?: {4,}.*\n)*? {4}packages:\n((?: {6}- .*\n)*)/m.exec(text);
  return [...(lock?.[1] ?? '').matchAll(/- ["']?([^\s"'=]+)=/g)].map(([, name]) => name!);
}

function madeEnvironment(): string | undefined {
  const folder = join(root, '.cache/lab/environment');
  const stamp = join(folder, 'x86_64/made-for');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === 'everything' ? folder : undefined;
}

function givenEnvironment(folder: string): string {
  if (!existsSync(folder)) throw new Error(`WOLFI_REPRO_LAB_ENVIRONMENT names ${folder}, which is not there`);
  return resolve(folder);
}

/**
 * `false`, or why these packages for aarch64 cannot be built in the environment that each records.
 * @param files their paths
 */
export function lacksForeignEnvironment(...files: readonly string[]): string | false {
  if (!existsSync(join(labEnvironment ?? '', 'aarch64/APKINDEX.tar.gz')))
    return 'the Debian packages of the lab’s aarch64 environment are not to be had';
  const lacking = missingOf(files, missingIn(labEnvironment, 'aarch64'));
  return lacking.length === 0 ? false : `${withdrawn}${lacking.join(', ')}`;
}

/** The list that make-environment.mjs writes; a complete environment may have none. */
function missingIn(folder: string | undefined, architecture: string): readonly string[] {
  const list = join(folder ?? '', architecture, 'missing.json');
  return folder !== undefined && existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : [];
}
