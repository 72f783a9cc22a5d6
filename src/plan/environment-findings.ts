/** The findings about the packages of an environment, which no verdict hides. */
import type { ClaimFinding } from '../claim/findings.ts';
import type { Failure } from '../failure.ts';
import type { ResolvedPackage } from './environment.ts';

const mostNames = 10;

/** @param clock seconds since 1970 at which the package was built, as it says; undefined where it does not */
export function environmentFindings(
  clock: number | undefined,
  packages: readonly ResolvedPackage[],
): ClaimFinding[] {
  const newer = packages.filter((each) => isNewer(each, clock));
  const unlisted = packages.filter(({ voucher }) => voucher.by !== 'index');
  return [
    ...(newer.length === 0 ? [] : [{ kind: 'environment-newer' as const, detail: namesOf(newer) }]),
    ...(unlisted.length === 0 ? [] : [{ kind: 'environment-unlisted' as const, detail: namesOf(unlisted) }]),
  ];
}

/** The caveat of a verdict that rests on packages that no key of the run vouches for. */
export function environmentCaveats(packages: readonly ResolvedPackage[]): string[] {
  const unvouched = packages.filter(({ voucher }) => voucher.by === 'nobody');
  if (unvouched.length === 0) return [];
  return [
    `no given key vouches for ${unvouched.length} of ${packages.length} packages of the environment (--allow-unsigned): ${namesOf(unvouched)}`,
  ];
}

/** The findings for files that were skipped, independent of the order in which they were looked at. */
export function refusedFindings(refused: readonly Failure[]): ClaimFinding[] {
  const details = [...new Set(refused.map(({ message }) => message))].sort();
  const more = details.length - mostNames;
  return [...details.slice(0, mostNames), ...(more > 0 ? [`and ${more} more`] : [])].map((detail) => ({
    kind: 'environment-refused',
    detail,
  }));
}

/** Whether a package says that it was built after the package that was built with it. */
export function isNewer({ facts }: ResolvedPackage, clock: number | undefined): boolean {
  return clock !== undefined && facts.buildDate !== undefined && facts.buildDate > clock;
}

function namesOf(packages: readonly ResolvedPackage[]): string {
  const names = packages.slice(0, mostNames).map(({ locked }) => `${locked.name}=${locked.version}`);
  const more = packages.length - names.length;
  return more > 0 ? `${names.join(' ')} and ${more} more` : names.join(' ');
}
