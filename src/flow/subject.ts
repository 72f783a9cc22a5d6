/** Turns what the user asks about (a path, an address, or a name that a repository lists) into a file of this machine. */
import { basename } from 'node:path';
import { q1 } from '../apk/checksum.ts';
import { readFront } from '../apk/front.ts';
import { asFailure, Failure, isUnreached } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { fileSource, isAddress } from '../inputs/store/files.ts';
import type { PackageName, PackageVersion } from '../names.ts';
import { wolfi } from '../repository/known.ts';
import { compareVersions } from '../repository/package-version.ts';
import type { IndexRecord } from '../repository/records.ts';
import { packageLocation, type Repository } from '../repository/repository.ts';
import type { TakenPackage } from '../verdict/result.ts';
import { completeRun, type SubjectKind } from './complete-run.ts';
import { skippedOf, unavailable, unfinishedVersion } from './missing-name.ts';
import { type OpenedRepositories, type OpenRepositories, repositoryOpener } from './repositories.ts';
import type { Run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { isPackageName, parseSubjectName } from './subject-name.ts';
import { type Examined, examine, nothingFound, type Refused } from './target.ts';

/** A run whose repositories are opened when they are first needed. */
export interface OpenRun {
  readonly run: Run;
  readonly repositories: OpenRepositories;
}

/**
 * Opens runs for the subjects of one command line. A package that is asked for by name adds a repository and a key to the options, and one that says that a known
 * key signed it adds that key, which must not change what is said of a file beside it; so there is a run for each kind of subject.
 */
export function runOpener(given: RunOptions): (subject: string) => Promise<OpenRun> {
  const opened = new Map<SubjectKind, Promise<OpenRun>>();
  return async (subject) => {
    const kind = await kindOf(subject, given);
    const known = opened.get(kind) ?? openRun(given, kind);
    opened.set(kind, known);
    return known;
  };
}

/** Opens a run. Fails where a key that the run needs cannot be had. */
async function openRun(given: RunOptions, kind: SubjectKind): Promise<OpenRun> {
  const run = await completeRun(given, kind);
  return { run, repositories: repositoryOpener(run) };
}

/** A key that the user names replaces the known one, and where no key is needed none is fetched. What cannot be read is examined later. */
async function kindOf(
  subject: string,
  { keys, keyAddresses = [], allowUnsigned, machine: { inputs } }: RunOptions,
): Promise<SubjectKind> {
  if (isPackageName(subject)) return 'name';
  if (keys.length > 0 || keyAddresses.length > 0 || allowUnsigned) return 'file';
  try {
    const path = isAddress(subject) ? await inputs.obtain(subject) : subject;
    const { signatures } = path === undefined ? { signatures: [] } : await readFront(fileSource(path));
    return signatures.some(({ keyName }) => keyName === wolfi.keyName) ? 'known-signer' : 'file';
  } catch {
    return 'file';
  }
}

/** Finds and examines a package. Findings and failures about it are values; only `usage` and `internal` are thrown. */
export async function examineSubject(given: string, { run, repositories }: OpenRun): Promise<Examined> {
  const subject = run.machine.inputs.name(given);
  try {
    const { path, fileName, opened, taken } = await obtainSubject(subject, repositories, run);
    if (taken !== undefined) run.watch.onProgress({ kind: 'taken', subject, taken });
    const examined = await examine(fileName, fileSource(path), repositories, run.trust, opened);
    return { ...examined, file: subject, ...(taken === undefined ? {} : { taken }) };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return unexamined(subject, failure);
  }
}

/** A subject that could not be examined. */
export function unexamined(subject: string, failure: Failure): Refused {
  const source = { name: subject, open: () => fileSource(subject).open() };
  return { file: subject, source, ...nothingFound, failure };
}

interface ObtainedSubject {
  readonly path: string;
  /** The publisher's name of the file. */
  readonly fileName: string;
  /** The repositories that were opened to find it. */
  readonly opened?: OpenedRepositories;
  /** What its name was taken for. */
  readonly taken?: TakenPackage;
}

async function obtainSubject(
  subject: string,
  repositories: OpenRepositories,
  run: Run,
): Promise<ObtainedSubject> {
  const { inputs } = run.machine;
  if (isPackageName(subject)) return obtainByName(subject, repositories, run);
  if (!isAddress(subject)) return { path: subject, fileName: subject };
  const path = await inputs.obtain(subject);
  if (path === undefined) throw new Failure('package-unavailable', `there is no file at ${subject}`);
  return { path, fileName: basename(new URL(subject).pathname) };
}

/**
 * Obtains a package by name: from the first reachable repository that lists it, then, where a version was named, as a file that no index lists,
 * since withdrawn packages stay reachable by address.
 */
async function obtainByName(
  subject: string,
  repositories: OpenRepositories,
  { machine, places }: Run,
): Promise<ObtainedSubject> {
  const asked = parseSubjectName(subject)!;
  const { name, version, unfinished, architecture = places.architecture } = asked;
  const opened = await repositories(architecture);
  if (unfinished !== undefined) throw unfinishedVersion(subject, asked, architecture, opened);
  const refusals = skippedOf(opened);
  const reach = async (
    { location: repository }: Repository,
    record: Pick<IndexRecord, 'name' | 'version'> & Partial<Pick<IndexRecord, 'origin'>>,
    obtain: (location: string) => Promise<string | undefined>,
  ) => {
    const location = packageLocation(repository, record, architecture);
    try {
      const path = await obtain(location);
      if (path === undefined) return undefined;
      const origin = record.origin || undefined;
      const taken = { repository, name: record.name, version: record.version, architecture, origin };
      return { path, fileName: basename(location), opened, taken };
    } catch (failure) {
      if (!isUnreached(failure) && !isUnbelieved(failure)) throw failure;
      refusals.push(failure);
      return undefined;
    }
  };
  for (const repository of opened.repositories) {
    const records = findRecords(repository, name, version);
    if (records.length === 0) continue;
    const obtained = await reach(repository, records[0]!, (location) =>
      obtainListed(location, records, repository.signature.kind === 'valid', machine.inputs),
    );
    if (obtained !== undefined) return obtained;
  }
  for (const repository of version === undefined ? [] : opened.repositories) {
    if (!isAddress(repository.location)) continue;
    const obtained = await reach(repository, { name, version: version! }, (location) =>
      machine.inputs.obtain(location),
    );
    if (obtained !== undefined) return obtained;
  }
  throw unavailable(subject, asked, architecture, opened, refusals);
}

function isUnbelieved(failure: unknown): failure is Failure {
  return failure instanceof Failure && failure.code === 'environment-invalid';
}

/** The records of the version that was asked for, or of the newest that the repository lists; more than one where it gives several checksums. */
function findRecords(
  { records, rolledBackFrom, location }: Repository,
  name: PackageName,
  version: PackageVersion | undefined,
): IndexRecord[] {
  if (version !== undefined) return records.of(`${name}=${version}`);
  const newest = records.ofName(name).sort((a, b) => compareVersions(b.version, a.version))[0];
  if (newest === undefined) return [];
  if (rolledBackFrom === undefined) return records.of(`${name}=${newest.version}`);
  throw new Failure('index-rolled-back', `the index of ${location} is older than one that was seen before`, {
    expected: `a build of ${rolledBackFrom} or later`,
    got: String(records.newestBuild),
  });
}

/**
 * The file of a record; a wrong one is fetched once more. Undefined where the server has none. Fails with `index-mismatch`, with `environment-invalid` where no
 * key vouches for the index, and with `unsupported-format`.
 */
export async function obtainListed(
  location: string,
  records: readonly IndexRecord[],
  isVouched: boolean,
  inputs: Inputs,
): Promise<string | undefined> {
  const checksums = records.map(({ checksum }) => checksum);
  const pin = checksums.join(' ');
  let got: string | Failure = '';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const path = await inputs.obtain(location, { pin });
    if (path === undefined) return undefined;
    got = await readChecksum(path);
    if (typeof got === 'string' && checksums.includes(got)) return path;
    inputs.forget(location);
  }
  if (got instanceof Failure && got.class !== 'rejected') throw got;
  const code = isVouched ? 'index-mismatch' : 'environment-invalid';
  throw new Failure(code, `${location} is not the package that the index lists`, {
    expected: pin,
    got: got instanceof Failure ? got.code : got,
  });
}

async function readChecksum(path: string): Promise<string | Failure> {
  try {
    return q1((await readFront(fileSource(path))).controlSha1);
  } catch (failure) {
    if (failure instanceof Failure) return failure;
    throw failure;
  }
}
