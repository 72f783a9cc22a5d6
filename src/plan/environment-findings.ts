/** What the packages of an environment show that no verdict hides. */
import type { ClaimFinding } from '../claim/findings.ts';
import type { ResolvedPackage } from './environment.ts';

const mostNames = 10;

/** @param clock seconds since 1970 at which the package was built, as it says; undefined where it does not */
export function environmentFindings(
  clock: number | undefined,
  packages: readonly ResolvedPackage[],
): ClaimFinding[] {
  const newer = packages.filter((each) => isNewer(each, clock));
  const unlisted = packages.filter(
    ({ foundIn, facts }) =>
      (foundIn === 'unlisted' || foundIn === 'store') && facts.signature.kind !== 'valid',
  );
  return [
    ...(newer.length === 0 ? [] : [{ kind: 'environment-newer' as const, detail: namesOf(newer) }]),
    ...(unlisted.length === 0 ? [] : [{ kind: 'environment-unlisted' as const, detail: namesOf(unlisted) }]),
  ];
}

/** Whether a package says that it was built after the subject that was built with it. */
export function isNewer({ facts }: ResolvedPackage, clock: number | undefined): boolean {
  return clock !== undefined && facts.buildDate !== undefined && facts.buildDate > clock;
}

function namesOf(packages: readonly ResolvedPackage[]): string {
  const names = packages.slice(0, mostNames).map(({ locked }) => `${locked.name}=${locked.version}`);
  const more = packages.length - names.length;
  return more > 0 ? `${names.join(' ')} and ${more} more` : names.join(' ');
}
