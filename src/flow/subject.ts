/** Turns what the user asks about (a path, an address, or a name that a repository lists) into a file of this machine. */
import { basename } from 'node:path';
import { q1 } from '../apk/checksum.ts';
import { readFront } from '../apk/front.ts';
import { asFailure, describeTried, Failure, isUnreached } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { fileSource, isAddress } from '../inputs/store/files.ts';
import type { PackageName, PackageVersion } from '../names.ts';
import { compareVersions } from '../repository/package-version.ts';
import type { IndexRecord } from '../repository/records.ts';
import { packageLocation, type Repository } from '../repository/repository.ts';
import { completeRun } from './complete-run.ts';
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
 * Opens runs for the subjects of one command line. A package that is asked for by name adds a repository and a key to the options, which must
 * not change what is said of a file beside it; so there is one run for names and one for everything else.
 */
export function runOpener(given: RunOptions): (subject: string) => Promise<OpenRun> {
  const opened = new Map<boolean, Promise<OpenRun>>();
  return (subject) => {
    const byName = isPackageName(subject);
    const known = opened.get(byName) ?? openRun(given, byName);
    opened.set(byName, known);
    return known;
  };
}

/** Opens a run. Fails where a key that the run needs cannot be had. */
async function openRun(given: RunOptions, byName: boolean): Promise<OpenRun> {
  const run = await completeRun(given, byName);
  return { run, repositories: repositoryOpener(run) };
}

/** Finds and examines a package. Findings and failures about it are values; only `usage` and `internal` are thrown. */
export async function examineSubject(given: string, { run, repositories }: OpenRun): Promise<Examined> {
  const subject = run.machine.inputs.name(given);
  try {
    const { path, fileName, opened } = await obtainSubject(subject, repositories, run);
    return { ...(await examine(fileName, fileSource(path), repositories, run.trust, opened)), file: subject };
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
  const { name, version, architecture = places.architecture } = parseSubjectName(subject)!;
  const opened = await repositories(architecture);
  const refusals = opened.skipped.map(({ failure }) => failure);
  const reach = async (location: string, obtain: () => Promise<string | undefined>) => {
    try {
      const path = await obtain();
      return path === undefined ? undefined : { path, fileName: basename(location), opened };
    } catch (failure) {
      if (!isUnreached(failure) && !isUnbelieved(failure)) throw failure;
      refusals.push(failure);
      return undefined;
    }
  };
  for (const repository of opened.repositories) {
    const records = findRecords(repository, name, version);
    if (records.length === 0) continue;
    const location = packageLocation(repository.location, records[0]!, architecture);
    const obtained = await reach(location, () =>
      obtainListed(location, records, repository.signature.kind === 'valid', machine.inputs),
    );
    if (obtained !== undefined) return obtained;
  }
  for (const { location } of version === undefined ? [] : opened.repositories) {
    if (!isAddress(location)) continue;
    const address = packageLocation(location, { name, version: version! }, architecture);
    const obtained = await reach(address, () => machine.inputs.obtain(address));
    if (obtained !== undefined) return obtained;
  }
  throw unavailable(subject, architecture, opened, refusals);
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
 * The file of a record; a wrong one is fetched once more. Fails with `index-mismatch`, with `environment-invalid` where no key vouches
 * for the index, and with `unsupported-format`.
 */
async function obtainListed(
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

function unavailable(
  subject: string,
  architecture: string,
  { repositories }: OpenedRepositories,
  refusals: readonly Failure[],
): Failure {
  const unusable = repositories.filter(({ records }) =>
    records.faults.unusable.names.some((each) => each === subject || each.startsWith(`${subject}=`)),
  );
  const faults = unusable.map(
    ({ location }) =>
      new Failure('environment-invalid', `the record of ${subject} in ${location} has no usable checksum`),
  );
  const tried = describeTried([...refusals, ...faults]);
  const hint = refusals.find((each) => each.hint !== undefined)?.hint;
  const details = { ...(tried === undefined ? {} : { got: tried }), ...(hint === undefined ? {} : { hint }) };
  if (refusals.some(({ code }) => code === 'environment-invalid'))
    return new Failure(
      'environment-invalid',
      `${subject} for ${architecture} is not in any repository that can be trusted`,
      details,
    );
  if (refusals.some(isUnreached))
    return new Failure(
      'unreachable',
      `${subject} for ${architecture} is not in any repository that could be reached`,
      details,
    );
  if (refusals.length > 0)
    return new Failure(
      'environment-unavailable',
      `${subject} is not in any repository that has an index for ${architecture}`,
      details,
    );
  return new Failure('package-unavailable', `no repository has ${subject} for ${architecture}`, {
    hint: 'name a repository that has it with --repository, or give the file',
    ...details,
  });
}
