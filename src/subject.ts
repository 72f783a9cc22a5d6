/** What the user asks about, made a file of this machine: a path, an address, or a name that a repository lists. */
import { basename } from 'node:path';
import { q1 } from './apk/checksum.ts';
import { readFront } from './apk/front.ts';
import { Failure } from './failure.ts';
import { fileSource, isAddress } from './inputs/files.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { RunOptions } from './options.ts';
import { completeOptions, packageNamePattern, repositoryOpener } from './repositories.ts';
import { compareVersions } from './repository/package-version.ts';
import type { IndexRecord } from './repository/records.ts';
import { packageLocation, type Repository } from './repository/repository.ts';
import { type Examined, examine } from './target.ts';

type Repositories = (arch: string) => Promise<readonly Repository[]>;

/** Whether what was typed names a package of a repository, not a file. */
export function isPackageName(text: string): boolean {
  return !isAddress(text) && !text.includes('/') && !text.endsWith('.apk') && packageNamePattern.test(text);
}

/** A run that is about to begin: its options complete, its repositories opened when first asked for. */
export interface OpenRun {
  readonly options: RunOptions;
  readonly repositories: Repositories;
}

/** Fails where a key that the run needs is not to be had. */
export async function openRun(subjects: readonly string[], given: RunOptions): Promise<OpenRun> {
  const options = await completeOptions(given, subjects.some(isPackageName));
  return { options, repositories: repositoryOpener(options) };
}

/** Finds and examines a package. Findings and failures about it are values; only `usage` and `internal` are thrown. */
export async function examineSubject(
  subject: string,
  repositories: Repositories,
  options: RunOptions,
): Promise<Examined> {
  try {
    const { path, fileName } = await obtainSubject(subject, repositories, options);
    return { ...(await examine(fileName, fileSource(path), repositories, options)), file: subject };
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return unexamined(subject, failure);
  }
}

/** A subject that nobody could look at. */
export function unexamined(subject: string, failure: Failure): Examined {
  const source = { name: subject, open: () => fileSource(subject).open() };
  return { file: subject, source, apk: undefined, chain: [], claim: undefined, failure };
}

interface ObtainedSubject {
  readonly path: string;
  /** As the publisher names the file. */
  readonly fileName: string;
}

async function obtainSubject(
  subject: string,
  repositories: Repositories,
  options: RunOptions,
): Promise<ObtainedSubject> {
  const { inputs } = options.machine;
  if (isPackageName(subject)) return obtainByName(subject, repositories, options);
  if (!isAddress(subject)) return { path: subject, fileName: subject };
  const path = await inputs.obtain(subject);
  if (path === undefined) throw new Failure('package-unavailable', `there is no file at ${subject}`);
  return { path, fileName: basename(new URL(subject).pathname) };
}

async function obtainByName(
  subject: string,
  repositories: Repositories,
  { machine, architecture = 'x86_64' }: RunOptions,
): Promise<ObtainedSubject> {
  const [, name, version] = packageNamePattern.exec(subject)!;
  for (const repository of await repositories(architecture)) {
    const record = findRecord(repository, name!, version);
    if (record === undefined) continue;
    const location = packageLocation(repository.location, record, architecture);
    const path = await obtainListed(location, record, machine.inputs);
    if (path !== undefined) return { path, fileName: basename(location) };
  }
  if (version !== undefined)
    return obtainUnlisted(subject, name!, version, repositories, machine.inputs, architecture);
  throw unavailable(subject, architecture);
}

/** The version that was asked for, or the newest that the repository lists. */
function findRecord(
  { records, rolledBackFrom, location }: Repository,
  name: string,
  version: string | undefined,
): IndexRecord | undefined {
  if (version !== undefined) return records.get(`${name}=${version}`);
  const newest = records.ofName(name).sort((a, b) => compareVersions(b.version, a.version))[0];
  if (newest === undefined || rolledBackFrom === undefined) return newest;
  throw new Failure('index-rolled-back', `the index of ${location} is older than one that was seen before`, {
    expected: `a build of ${rolledBackFrom} or later`,
    got: String(records.newestBuild),
  });
}

/** The file of a record; a wrong one is asked for once more. Fails with `index-mismatch`. */
async function obtainListed(
  location: string,
  { checksum }: IndexRecord,
  inputs: Inputs,
): Promise<string | undefined> {
  let got = '';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const path = await inputs.obtain(location, { pin: checksum });
    if (path === undefined) return undefined;
    got = await readChecksum(path);
    if (got === checksum) return path;
    inputs.forget(location);
  }
  throw new Failure('index-mismatch', `${location} is not the package that the index lists`, {
    expected: checksum,
    got,
  });
}

async function readChecksum(path: string): Promise<string> {
  try {
    return q1((await readFront(fileSource(path))).controlSha1);
  } catch (failure) {
    if (failure instanceof Failure) return failure.code;
    throw failure;
  }
}

/** Withdrawn packages stay reachable by address, although no index lists them. */
async function obtainUnlisted(
  subject: string,
  name: string,
  version: string,
  repositories: Repositories,
  inputs: Inputs,
  architecture: string,
): Promise<ObtainedSubject> {
  for (const { location } of (await repositories(architecture)).filter((each) => isAddress(each.location))) {
    const address = packageLocation(location, { name, version }, architecture);
    const path = await inputs.obtain(address);
    if (path !== undefined) return { path, fileName: basename(address) };
  }
  throw unavailable(subject, architecture);
}

function unavailable(subject: string, architecture: string): Failure {
  return new Failure('package-unavailable', `no repository has ${subject} for ${architecture}`, {
    hint: 'name a repository that has it with --repository, or give the file',
  });
}
