/** Facts about a package that no verdict hides and no verdict rests on. */
import { maskAddresses } from '../address.ts';
import { grouped } from '../lists.ts';
import type { RecipeFinding } from './recipe/parse.ts';

export type ClaimFindingKind =
  | 'contradiction'
  | 'file-name'
  | 'builder-owner'
  | 'version-guessed'
  | 'size-unexplained'
  | 'sbom-missing'
  | 'sbom-unreadable'
  | 'sbom-foreign'
  | 'sbom-paths-match'
  | 'sbom-paths-differ'
  | 'sbom-record-unknown'
  | 'sbom-record-unexplained'
  | 'clock-missing'
  | 'pkginfo-shape'
  | 'index-older'
  | 'index-record-unusable'
  | 'index-record-ambiguous'
  | 'index-differs'
  | 'key-renamed'
  | 'repository-unreached'
  | 'repository-skipped'
  | 'environment-newer'
  | 'environment-unlisted'
  | 'environment-refused'
  | 'source-unpinned'
  | 'pin-contradicted'
  | 'recipe-files-unvouched'
  | 'recipe-differs'
  | 'recipe-not-compared'
  | 'recipe-same'
  | 'recipe';

export interface ClaimFinding {
  readonly kind: ClaimFindingKind;
  /** In words; attacker-controlled parts are not yet made printable. */
  readonly detail: string;
}

/** The title of each kind of finding. */
export const claimFindingTitles: Readonly<Record<ClaimFindingKind, string>> = {
  contradiction: 'the parts of the package contradict each other',
  'file-name': 'the file has a different name than its package would have in a repository',
  'builder-owner': 'files belong to the id of the machine that built them',
  'version-guessed': 'the version of melange is not recorded as a known release',
  'size-unexplained': 'the recorded size fits no known file system',
  'sbom-missing': 'the package has no SBOM',
  'sbom-unreadable': 'the SBOM cannot be read',
  'sbom-foreign': 'the SBOM was not written by a known program',
  'sbom-paths-match': 'the SBOM vouches for the paths of the package',
  'sbom-paths-differ': 'the paths of the package are not those that its SBOM was made from',
  'sbom-record-unknown':
    'the SBOM was made by a generator or record that this version does not know; no statement about the paths',
  'sbom-record-unexplained': 'the SBOM describes the package as no known record does',
  'clock-missing': 'the build had no clock: times are those of 1970',
  'index-older': 'the index of a repository lists only older builds than it did before',
  'index-record-unusable': 'records of an index have no usable checksum, and vouch for nothing',
  'index-record-ambiguous': 'an index lists one name and version with several checksums',
  'index-differs': 'an index lists a different package under this name and version',
  'key-renamed': 'a given key matches a signature that names it differently',
  'repository-skipped': 'a repository cannot be used, and the run went on without it',
  'repository-unreached': 'a repository could not be reached, and the run went on without it',
  'environment-newer': 'packages of the environment were built after the package itself',
  'environment-unlisted': 'no signed index lists some packages of the environment',
  'environment-refused': 'a package of the environment was refused in one place and taken from another',
  'source-unpinned': 'a source was fetched that the recipe does not pin',
  'pin-contradicted': 'an answer that the build got contradicts a digest of its recorded sources',
  'recipe-files-unvouched':
    'files that lay beside the recipe were given, and nothing in the package vouches for them',
  'recipe-differs': 'the recipe differs from the one in the recipe repository',
  'recipe-not-compared': 'the recipe was not compared with the recipe repository',
  'recipe-same': 'the recipe is the one in the recipe repository',
  'pkginfo-shape': '.PKGINFO is not in the form that melange writes',
  recipe: 'the recipe has something that melange does not write',
};

export function ofRecipe(finding: RecipeFinding): ClaimFinding {
  return { kind: 'recipe', detail: `${finding.kind} at ${finding.path}: ${finding.detail}` };
}

const most = { ofOneKind: 20, characters: 1000 };

/** At most this many findings of each kind, and the number of the others: a package chooses how many of its lines are odd. */
export function boundedFindings(findings: readonly ClaimFinding[]): ClaimFinding[] {
  return [...grouped(findings, ({ kind }) => kind)].flatMap(([kind, own]) => {
    const more = own.length - most.ofOneKind;
    const shown = own
      .slice(0, most.ofOneKind)
      .map(({ detail }) => ({ kind, detail: bounded(maskAddresses(detail)) }));
    return more > 0 ? [...shown, { kind, detail: `and ${more} more` }] : shown;
  });
}

function bounded(detail: string): string {
  if (detail.length <= most.characters) return detail;
  return `${detail.slice(0, most.characters)}… (${detail.length} characters)`;
}
