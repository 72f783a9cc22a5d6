/** Why no repository has a package that was asked for by name, and what was probably meant. */
import { describeTried, Failure, isUnreached } from '../failure.ts';
import type { Architecture, PackageName } from '../names.ts';
import { nearNames } from '../near-names.ts';
import { compareVersions } from '../repository/package-version.ts';
import type { Repository } from '../repository/repository.ts';
import type { OpenedRepositories } from './repositories.ts';
import type { SubjectName } from './subject-name.ts';

/** The most names, or versions, that are offered instead. */
const mostOffered = 4;

/**
 * The failure for a version that was typed without its revision: no package has it, so none is looked for. `package-unavailable`, or the reason why an index that
 * may have it was not read.
 */
export function unfinishedVersion(
  subject: string,
  asked: SubjectName,
  architecture: Architecture,
  opened: OpenedRepositories,
): Failure {
  if (opened.repositories.length === 0)
    return unavailable(subject, asked, architecture, opened, skippedOf(opened));
  return new Failure('package-unavailable', `${subject} names a version without its revision`, {
    expected: 'NAME=VERSION-rN',
    ...hintOf(meantBy(asked, opened.repositories)),
  });
}

/** The reasons why repositories were not opened. */
export function skippedOf({ skipped }: OpenedRepositories): Failure[] {
  return skipped.map(({ failure }) => failure);
}

/** The failure for what no repository has: `package-unavailable`, or the reason why a place that may have it could not be used. */
export function unavailable(
  subject: string,
  asked: SubjectName,
  architecture: Architecture,
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
  const hint = refusals.find((each) => each.hint !== undefined)?.hint ?? meantBy(asked, repositories);
  const details = { ...(tried === undefined ? {} : { got: tried }), ...hintOf(hint) };
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

function hintOf(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

/** What to ask for instead, by what the indexes list; undefined where they list nothing near. */
function meantBy(
  { name, version, unfinished }: SubjectName,
  repositories: readonly Repository[],
): string | undefined {
  const versions = versionsOf(name, repositories);
  if (versions.length === 0) return nearNamesHint(name, repositories);
  const meant = unfinished === undefined ? [] : versions.filter((each) => each.startsWith(`${unfinished}-r`));
  if (meant.length > 0) return `ask for ${offered(meant.map((each) => `${name}=${each}`))}`;
  const asked = version ?? unfinished;
  const listed = `ask for a version that is listed: ${offered(versions.map((each) => `${name}=${each}`))}`;
  return asked === undefined ? listed : `${listed}, or give the file if it was withdrawn`;
}

/** Each version that is listed, the newest first. */
function versionsOf(name: PackageName, repositories: readonly Repository[]): string[] {
  const all = repositories.flatMap(({ records }) => records.ofName(name).map(({ version }) => version));
  return [...new Set(all)].sort((a, b) => compareVersions(b, a));
}

function nearNamesHint(name: PackageName, repositories: readonly Repository[]): string | undefined {
  const near = nearNames(name, namesIn(repositories), mostOffered);
  return near.length === 0 ? undefined : `ask for a name that is listed; the nearest: ${near.join(', ')}`;
}

function* namesIn(repositories: readonly Repository[]): Generator<string> {
  for (const { records } of repositories)
    for (const key of records.keys()) yield key.slice(0, key.lastIndexOf('='));
}

function offered(texts: readonly string[]): string {
  const more = texts.length - mostOffered;
  return [...texts.slice(0, mostOffered), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
