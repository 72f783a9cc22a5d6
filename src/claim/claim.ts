/** What a published package says of its own making, checked for contradictions. */

import { type Apk, controlFile } from '../apk/apk.ts';
import { requireSafeEntries } from '../apk/entry-rules.ts';
import { readApk } from '../apk/read-apk.ts';
import { busy } from '../busy.ts';
import type { ByteSource } from '../byte-source.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { findContradictions, findOddLines, requireSamePackage } from './contradictions.ts';
import { boundedFindings, type ClaimFinding, ofRecipe } from './findings.ts';
import { type PublishedNames, publishedNames } from './published-names.ts';
import { parseRecipe } from './recipe/parse.ts';
import type { Recipe } from './recipe/recipe.ts';
import { withoutSkipped } from './recipe/running.ts';
import { type PublishedSbom, parseSbom } from './sbom/published-sbom.ts';
import { keepSbom, sbomEntryOf, sbomPathBy } from './sbom/sbom-entry.ts';
import { formatOfTraits, inferTraits, type Traits } from './traits/traits.ts';

export interface Claim extends PublishedNames {
  readonly file: { readonly size: number; readonly sha256: Sha256 };
  /** The recipe as melange has it once it has begun to build: without the subpackages that it skips. */
  readonly recipe: Recipe;
  /** The compiled recipe as it is in the package. */
  readonly recipeBytes: Uint8Array;
  readonly recipeSha256: Sha256;
  readonly sbom: PublishedSbom | undefined;
  readonly traits: Traits;
  readonly findings: readonly ClaimFinding[];
}

/** Bytes of the data section's start that are kept to recognise the encoder. */
const headBytes = 4 * 1024 * 1024;

/**
 * Reads a published package with what later stages need of it. Fails as `readApk` does, and with `unsafe-entry` or
 * `duplicate-entry` for a data section that could not be unpacked safely.
 */
export async function readPublished(source: ByteSource): Promise<Apk> {
  const apk = await readApk(source, {
    keep: keepSbom,
    headBytes,
  });
  busy(() => requireSafeEntries(apk.data.entries));
  return apk;
}

/**
 * Reads the claim of a package whose chain of digests holds. Fails as `publishedNames` does, and with `no-recipe`, `recipe-unreadable`,
 * `unsafe-recipe`, `contradiction` or, for an SBOM that exceeds the limit, `limit-exceeded`.
 */
export function readClaim(apk: Apk, fileName: string): Claim {
  const names = publishedNames(apk);
  const recipeBytes = controlFile(apk, '.melange.yaml');
  if (recipeBytes === undefined) {
    throw new Failure('no-recipe', 'the package carries no recipe', {
      expected: '.melange.yaml in the control section (melange v0.16.0 and later)',
    });
  }
  const { recipe: written, findings } = parseRecipe(recipeBytes);
  const sbom = publishedSbom(apk);
  const traits = inferTraits(apk, sbom);
  const recipe = withoutSkipped(written, formatOfTraits(traits));
  requireSamePackage(names, recipe);
  return {
    file: { size: apk.size, sha256: apk.sha256 },
    ...names,
    recipe,
    recipeBytes,
    recipeSha256: sha256(recipeBytes),
    sbom,
    traits,
    findings: boundedFindings([
      ...findContradictions(apk.control.pkginfo, recipe, sbom, traits.clock, names, fileName),
      ...findOddLines(apk.control.pkginfo),
      ...traitFindings(traits, sbom, apk),
      ...findings.map(ofRecipe),
    ]),
  };
}

/** The SBOM of the package. An entry without its content was too large to be kept, which is not the same as a package without an SBOM. */
function publishedSbom(apk: Apk): PublishedSbom | undefined {
  const entry = sbomEntryOf(apk);
  if (entry === undefined) return undefined;
  if (entry.content !== undefined) return parseSbom(entry.content);
  throw new Failure('limit-exceeded', 'the SBOM of the package is too large to be read', {
    got: `${entry.size} bytes`,
  });
}

function traitFindings(traits: Traits, sbom: PublishedSbom | undefined, { control }: Apk): ClaimFinding[] {
  const findings: ClaimFinding[] = [];
  const { uid, gid } = traits.owner;
  if (uid !== 0 || gid !== 0) findings.push({ kind: 'builder-owner', detail: `${uid}:${gid} on every file` });
  if (traits.melange.basis !== 'release') {
    findings.push({ kind: 'version-guessed', detail: `printed as ${JSON.stringify(traits.printedVersion)}` });
  }
  if (traits.directorySize === 'unknown')
    findings.push({ kind: 'size-unexplained', detail: 'the size of .PKGINFO' });
  if (sbom === undefined)
    findings.push({ kind: 'sbom-missing', detail: `no ${sbomPathBy(control.pkginfo)}` });
  if (sbom?.kind === 'unreadable') findings.push({ kind: 'sbom-unreadable', detail: sbom.why });
  if (sbom?.kind === 'readable' && sbom.generator === 'unknown') {
    findings.push({ kind: 'sbom-foreign', detail: sbom.generator });
  }
  if (traits.clock === undefined)
    findings.push({ kind: 'clock-missing', detail: 'no builddate in .PKGINFO' });
  return findings;
}
