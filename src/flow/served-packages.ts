/** The packages that the index of a server lists, fetched as far as somebody asks for them. */
import { trimmedEnd } from '../bytes.ts';
import { mapConcurrently } from '../concurrency.ts';
import { Failure } from '../failure.ts';
import { type Architecture, type FileName, packageFileName, parseArchitecture } from '../names.ts';
import type { IndexRecord } from '../repository/records.ts';
import { packageLocation, type Repository } from '../repository/repository.ts';
import { completeRun } from './complete-run.ts';
import { repositoryOpener, requireBelieved } from './repositories.ts';
import type { Run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { obtainListed } from './subject.ts';

/** Why a listed package has no file here. */
export type NotServed = 'not-served' | 'not-as-listed' | 'not-wanted';

/** A package by the name of its file, with its place on this machine or why there is none. */
export type ServedPackage = { readonly file: FileName } & (
  | { readonly path: string }
  | { readonly why: NotServed }
);

/** A name and version that an index lists; with more than one record where it gives several checksums. */
type Listed = readonly [IndexRecord, ...IndexRecord[]];

/**
 * The packages of `<repository>/<arch>` on a server, in the order of its index. Only those that `isWanted` names by file or checksum are fetched. Fails where the
 * index cannot be believed (as `requireBelieved` says), and where a package cannot be reached: a part would pass for the whole.
 * @param address without a query or a password (`Inputs.name`)
 */
export async function servedPackages(
  address: string,
  isWanted: (file: FileName, checksum: string) => boolean,
  given: RunOptions,
): Promise<ServedPackage[]> {
  const { location, arch } = splitAddress(address);
  const run = await completeRun({ ...given, repositories: [location] }, 'file');
  const { repositories, skipped } = await repositoryOpener(run)(arch);
  for (const { failure } of skipped) throw failure;
  const [repository] = repositories;
  requireBelieved(repository!, run.trust);
  const wanted: Listed[] = [];
  const packages = new Map<FileName, ServedPackage>();
  for (const records of listedIn(repository!)) {
    const file = packageFileName(records[0]);
    packages.set(file, { file, why: 'not-wanted' });
    if (records.some(({ checksum }) => isWanted(file, checksum))) wanted.push(records);
  }
  await mapConcurrently(wanted, run.machine.inputs.network.perHost, async (records) => {
    const file = packageFileName(records[0]);
    packages.set(file, { file, ...(await obtain(repository!, records, arch, run)) });
  });
  return [...packages.values()];
}

/** Fails with `usage` for an address that does not end with an architecture. */
function splitAddress(address: string): { readonly location: string; readonly arch: Architecture } {
  const trimmed = trimmedEnd(address, '/');
  const at = trimmed.lastIndexOf('/');
  const arch = parseArchitecture(trimmed.slice(at + 1));
  const location = trimmedEnd(trimmed.slice(0, at), '/');
  if (arch !== undefined && !location.endsWith(':')) return { location, arch };
  throw new Failure('usage', 'the address of a folder of packages ends with their architecture', {
    expected: 'such as https://packages.wolfi.dev/os/x86_64',
  });
}

/** The records of an index, those of one name and version together: they follow each other. */
function* listedIn({ records }: Repository): Generator<Listed> {
  let [same, last]: [Listed | undefined, string] = [undefined, ''];
  for (const [key, record] of records) {
    if (same !== undefined && key !== last) yield same;
    same = same !== undefined && key === last ? [...same, record] : [record];
    last = key;
  }
  if (same !== undefined) yield same;
}

async function obtain(
  { location, signature }: Repository,
  records: Listed,
  arch: Architecture,
  { machine: { inputs } }: Run,
): Promise<{ readonly path: string } | { readonly why: NotServed }> {
  const isVouched = signature.kind === 'valid';
  try {
    const path = await obtainListed(packageLocation(location, records[0], arch), records, isVouched, inputs);
    return path === undefined ? { why: 'not-served' } : { path };
  } catch (failure) {
    const isOfFile =
      failure instanceof Failure &&
      ['index-mismatch', 'environment-invalid', 'unsupported-format'].includes(failure.code);
    if (!isOfFile) throw failure;
    return { why: 'not-as-listed' };
  }
}
