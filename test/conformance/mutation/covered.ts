/**
 * What a changed package may be reproduced with: a value that nothing in it contradicts, because it is one for the whole
 * build and recorded in one place. Then the plan has another value there, and every report shows it.
 */
import assert from 'node:assert/strict';
import { canonicalJson } from '../../../src/canonical.ts';
import { renderText } from '../../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../../src/verdict/result.ts';

/** Members of the plan; `recipe` stands for another recipe that leaves the same tree. */
const coverable: ReadonlySet<string> = new Set([
  'recipe',
  'melange',
  'melangeBasis',
  'melangeTried',
  'printedVersion',
  'directorySize',
  'largeDirectories',
  'recipeFile',
  'recipeNamesCommit',
  'recipeLicense',
  'owner',
  'signature',
  'zoneOffsetMinutes',
  'versionedShlibDepends',
]);

/** What another recipe may name: steps that do the same, packages that no step needs. */
const ofRecipe: ReadonlySet<string> = new Set(['steps', 'environment']);

/** The members of the plan that differ; fails unless a report tells the two results apart by them. */
export function coveredBy(original: PackageResult, changed: PackageResult): string[] {
  const left = membersOf(original);
  const right = membersOf(changed);
  const differing = [...right.keys()].filter((key) => left.get(key) !== right.get(key));
  const beyond = differing.filter(
    (key) => !coverable.has(key) && !(ofRecipe.has(key) && differing.includes('recipe')),
  );
  assert.deepEqual(beyond, [], 'a package is reproduced with another value of what is no trait');
  assert.notDeepEqual(differing, [], 'two files are reproduced from one plan');
  assert.notDeepEqual(shown(changed), shown(original), 'the report does not show what was taken over');
  return differing;
}

function membersOf({ plan }: PackageResult): Map<string, string> {
  const { builder, ...rest } = plan!.plan;
  return new Map(Object.entries({ ...builder, ...rest }).map(([key, value]) => [key, canonicalJson(value)]));
}

/** The lines of the text that are about the making, not about the file and its digests. */
function shown(result: PackageResult): string[] {
  const lines = renderText(runResult([result])).split('\n');
  return lines.filter((line) => !/^(reproduced| {2}(bytes|plan) )/.test(line));
}
