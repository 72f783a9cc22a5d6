/** Recipe, `.PKGINFO`, SBOM and file name compared with each other. */

import { type PkgInfo, pkgInfoValue, pkgInfoValues } from '../apk/pkginfo.ts';
import { Failure } from '../failure.ts';
import { grouped } from '../lists.ts';
import type { ClaimFinding } from './findings.ts';
import type { PublishedNames } from './published-names.ts';
import { fullVersion, type Recipe } from './recipe/recipe.ts';
import type { PublishedSbom } from './sbom/published-sbom.ts';
import { parseRfc3339 } from './sbom/time.ts';

/**
 * Requires that the recipe is this package's: its name is the origin or a subpackage, its version is the package's.
 * Fails with `contradiction`: the recipe of a different package proves nothing about the file.
 */
export function requireSamePackage({ name, version }: PublishedNames, recipe: Recipe): void {
  const names = [recipe.package.name, ...recipe.subpackages.map((each) => each.name)];
  if (!names.includes(name)) {
    throw new Failure('contradiction', 'the recipe inside is not the recipe of this package', {
      expected: name,
      got: names.join(' '),
    });
  }
  if (version !== fullVersion(recipe)) {
    throw new Failure('contradiction', 'the recipe inside is of a different version', {
      expected: version,
      got: fullVersion(recipe),
    });
  }
}

const single =
  /^(pkgname|pkgver|arch|size|origin|pkgdesc|url|commit|maintainer|builddate|(provider|replaces)_priority|triggers|datahash)$/;
const repeated = /^(license|depend|provides|replaces)$/;

/** Lines of `.PKGINFO` that melange does not write: other readers may take a different value from them than this program does. */
export function findOddLines({ lines, finalNewline }: PkgInfo): ClaimFinding[] {
  const keys = grouped(
    lines.flatMap((line) => (line.kind === 'field' ? [line.key] : [])),
    (key) => key,
  );
  const details = [
    ...[...keys].flatMap(([key, { length }]) => {
      if (!single.test(key)) return repeated.test(key) ? [] : [`${key} is not a field of melange`];
      return length === 1 ? [] : [`${key} occurs ${length} times`];
    }),
    ...lines.flatMap((line) =>
      line.kind === 'other' ? [`${JSON.stringify(line.text)} is not a field`] : [],
    ),
    ...(finalNewline ? [] : ['the last line has no line feed']),
  ];
  return details.map((detail) => ({ kind: 'pkginfo-shape', detail }));
}

/**
 * The contradictions that do not invalidate the claim.
 * @param clock seconds since 1970 in `.PKGINFO`
 */
export function findContradictions(
  info: PkgInfo,
  recipe: Recipe,
  sbom: PublishedSbom | undefined,
  clock: number | undefined,
  names: PublishedNames,
  fileName: string,
): ClaimFinding[] {
  const { name, version } = names;
  const subpackage = recipe.subpackages.find((each) => each.name === name);
  const own = subpackage ?? recipe.package;
  const pairs: [what: string, left: string | undefined, right: string | undefined][] = [
    ['origin in recipe and .PKGINFO', recipe.package.name, pkgInfoValue(info, 'origin')],
    ['description in recipe and .PKGINFO', own.description, pkgInfoValue(info, 'pkgdesc')],
    ['url in recipe and .PKGINFO', own.url, pkgInfoValue(info, 'url')],
    ['commit in recipe and .PKGINFO', own.commit, pkgInfoValue(info, 'commit')],
    [
      'licences in recipe and .PKGINFO',
      recipe.package.copyright.map(({ license }) => license).join(', '),
      pkgInfoValues(info, 'license').join(', '),
    ],
    ...sbomPairs(sbom, clock, `apk-${name}-${version}`),
    ...commitPairs(recipe, sbom),
  ];
  const contradictions = pairs
    .filter(([, left, right]) => left !== undefined && right !== undefined && left !== right)
    .map(([what, left, right]) => ({
      kind: 'contradiction' as const,
      detail: `${what}: ${left} and ${right}`,
    }));
  return [...renamed(fileName, `${name}-${version}.apk`), ...contradictions];
}

/** Whoever keeps a file may call it what they like: its name says nothing against it. */
function renamed(fileName: string, usual: string): ClaimFinding[] {
  if (!fileName.endsWith('.apk') || fileName === usual) return [];
  return [{ kind: 'file-name', detail: `${fileName}, usually ${usual}` }];
}

function sbomPairs(
  sbom: PublishedSbom | undefined,
  clock: number | undefined,
  expectedName: string,
): [string, string | undefined, string | undefined][] {
  if (sbom?.kind !== 'readable') return [];
  const created = sbom.created === undefined ? undefined : parseRfc3339(sbom.created)?.epochSeconds;
  return [
    ['name in SBOM and .PKGINFO', sbom.name, expectedName],
    ['time in SBOM and .PKGINFO', created === undefined ? undefined : String(created), String(clock ?? 0)],
  ];
}

/**
 * The commit of the recipe's file, which the SBOM names, is the commit of the recipe, unless the recipe names one itself (melange v0.59.1
 * pkg/config/config.go `replaceCommit`, pkg/build/sbom/spdx/spdx.go): melange does not write a recipe without a commit.
 */
function commitPairs(
  recipe: Recipe,
  sbom: PublishedSbom | undefined,
): [string, string | undefined, string | undefined][] {
  const recorded = sbom?.kind === 'readable' ? sbom.recipe?.version : undefined;
  const written = recorded !== undefined && namesCommit(recipe, recorded);
  return written ? [] : [['recipe commit in SBOM and recipe', recorded, recipe.package.commit]];
}

/** Whether the recipe names a commit of its own beside that of its file. */
export function namesCommit(recipe: Recipe, ofFile: string): boolean {
  const { commit } = recipe.package;
  return commit !== '' && ofFile !== '' && commit !== ofFile;
}
