/** Things about a package that no verdict hides and none rests on. */
import type { RecipeFinding } from './recipe/parse.ts';

export type ClaimFindingKind =
  | 'contradiction'
  | 'builder-owner'
  | 'version-guessed'
  | 'size-unexplained'
  | 'sbom-missing'
  | 'sbom-unreadable'
  | 'sbom-foreign'
  | 'clock-missing'
  | 'pkginfo-shape'
  | 'recipe';

export interface ClaimFinding {
  readonly kind: ClaimFindingKind;
  /** In words; attacker-controlled parts are not yet made printable. */
  readonly detail: string;
}

/** What a reader of each kind should know. */
export const claimFindingTitles: Readonly<Record<ClaimFindingKind, string>> = {
  contradiction: 'the parts of the package contradict each other',
  'builder-owner': 'files belong to the id of the machine that built them',
  'version-guessed': 'the version of melange is not recorded as a release',
  'size-unexplained': 'the recorded size fits no known file system',
  'sbom-missing': 'the package has no SBOM',
  'sbom-unreadable': 'the SBOM cannot be read',
  'sbom-foreign': 'the SBOM was not written by open-source melange',
  'clock-missing': 'the build had no clock: times are those of 1970',
  'pkginfo-shape': '.PKGINFO is not in the form that melange writes',
  recipe: 'the recipe has something that melange does not write',
};

export function ofRecipe(finding: RecipeFinding): ClaimFinding {
  return { kind: 'recipe', detail: `${finding.kind} at ${finding.path}: ${finding.detail}` };
}
