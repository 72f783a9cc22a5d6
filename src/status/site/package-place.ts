/** Where on the site a package stands: the place never moves as packages come and go, so links to it keep. */
import type { PackageHistory } from '../package-history.ts';

/**
 * The page of a package: one of 256, by the FNV-1a hash of its name (draft-eastlake-fnv, 32 bits), so all architectures of it are on one. The
 * script of the table has the same function.
 */
export function pageOf(name: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
  return `p/${(hash & 0xff).toString(16).padStart(2, '0')}.html`;
}

/** The anchor of a package on its page. Repositories are numbered as they are listed; the first has no number. */
export function anchorOf({ architecture, name }: PackageHistory, repository: number): string {
  return repository === 0 ? `${architecture}/${name}` : `${architecture}/${name}@${repository + 1}`;
}

/** Links to packages, from pages that stand in `base`: empty, or `../`. */
export type LinkOf = (of: PackageHistory, base?: '' | '../') => string;

export function packageLinks(repositories: readonly string[]): LinkOf {
  return (of, base = '') =>
    `${base}${pageOf(of.name)}#${anchorOf(of, Math.max(0, repositories.indexOf(of.repository)))}`;
}
