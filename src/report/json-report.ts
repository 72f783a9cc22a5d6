/** A run as JSON: the same result gives the same bytes. Text is as published, with JSON's escapes. */

import { steeringCharacters } from '../bytes.ts';
import { canonicalJson } from '../canonical.ts';
import { isUnequal, type UnequalComparison } from '../compare/comparison.ts';
import { countDifferences, type DifferenceList } from '../compare/difference-list.ts';
import type { Part } from '../compare/part.ts';
import type { Explanation } from '../explain/counterfactual/explanation.ts';
import { crossCheck } from '../verdict/cross-check.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { boundedValue, valueBounds } from './bounds.ts';
import { type DifferenceGroup, foldersOf, groupDifferences, mostFolders } from './difference-groups.ts';
import { pagesAddress, type ReportContext, writerOf } from './report-context.ts';
import { comparisonSchema, comparisonsSchema, runSchema, treeComparisonSchema } from './result-schemas.ts';
import type { StatedDiff } from './stated-diff.ts';
import { docsAnchor, nextStep, type Outcome } from './words.ts';

/** The whole run, indented, members sorted; ends with a newline. */
export function renderJson(result: StatedRun, context: ReportContext = {}): string {
  const { verdict, exitCode, packages, policy, baseline, runs, incomplete } = result;
  const crossChecks = crossCheck(packages);
  return renderValue({
    schema: runSchema,
    tool: toolValue(context),
    ...(runs === undefined ? {} : (boundedValue({ runs }) as object)),
    ...(incomplete === undefined ? {} : (boundedValue({ incomplete }) as object)),
    verdict,
    exitCode,
    packages: packages.map(packageValue),
    policy,
    ...(context.timings === undefined ? {} : { timings: context.timings }),
    ...(baseline === undefined ? {} : { baseline: boundedValue(baseline) }),
    ...(crossChecks.length === 0 ? {} : (boundedValue({ crossChecks }) as object)),
  });
}

/** The program that wrote the JSON, and the address below which the pages are that `docs` and `page` name. */
export function toolValue(context: ReportContext): { name: string; version: string; pages: string } {
  return { ...writerOf(context), pages: pagesAddress(context) };
}

/** Any plain value in the project's JSON form, indented. */
export function renderValue(value: unknown): string {
  return `${escapeSteering(JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2))}\n`;
}

/**
 * A terminal must not obey the JSON that it shows, so characters that JSON leaves bare (C1 controls, bidirectional controls) are escaped
 * as well; readers get the same values.
 */
export function escapeSteering(json: string): string {
  return json.replace(steeringCharacters, (found) => (found === '\n' ? found : escaped(found)));
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Everything that is known of one package, within the limits. */
export function packageValue({
  file,
  taken,
  subject,
  verdict,
  chain,
  findings,
  plan,
  sbom,
  scan,
  explanation,
  triangulation,
  fixes,
  substituted,
  network,
  sandbox,
  emulation,
  caveats,
  skipped,
  policy,
  baseline,
}: StatedPackage) {
  return boundedValue({
    file,
    taken,
    ...verdictValue({ verdict, triangulation, fixes }),
    docs: docsAnchor(verdict),
    subject,
    sbom,
    scan,
    explanation: explanation === undefined ? undefined : explanationValue(explanation),
    triangulation,
    fixes,
    chain,
    findings,
    substituted,
    network,
    sandbox,
    emulation,
    caveats,
    skipped,
    policy,
    baseline,
    plan,
  });
}

function verdictValue(result: Outcome) {
  const { verdict } = result;
  if (verdict.kind === 'reproduced') {
    const { proof, signature } = verdict;
    return { verdict: verdict.kind, sha256: proof.sha256, size: proof.size, signature };
  }
  const failure = 'failure' in verdict ? verdict.failure : undefined;
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  return {
    verdict: verdict.kind,
    reason: verdict.reason,
    next: nextStep(result),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            message: failure.message,
            expected: failure.expected,
            got: failure.got,
            script: failure.script,
            exceeded: failure.exceeded,
          },
        }),
    ...(comparison === undefined ? {} : { comparison: comparisonValue(comparison) }),
  };
}

/** Packages, folders or files compared by themselves: one value, or a list of several. */
export function renderDiffJson(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const [only, ...others] = results.map((each) => diffValue(each, context));
  if (only !== undefined && others.length === 0) return renderValue(only);
  return renderValue({
    schema: comparisonsSchema,
    tool: toolValue(context),
    comparisons: only === undefined ? [] : [only, ...others],
  });
}

/** The value of a comparison, within the limits. */
export function diffValue(result: StatedDiff, context: ReportContext): unknown {
  const tool = toolValue(context);
  const names = { published: result.published, rebuilt: result.rebuilt };
  if (result.kind === 'trees') {
    const equal = result.comparison.likeness === 'identical';
    const schema = treeComparisonSchema;
    return boundedValue({ schema, tool, names, equal, ...shownDifferences([result.comparison]) });
  }
  const { comparison } = result;
  const { sbom } = comparison;
  const schema = comparisonSchema;
  if (isUnequal(comparison))
    return boundedValue({ schema, tool, names, equal: false, sbom, ...comparisonValue(comparison) });
  const { sha256, size } = comparison.files.proof;
  return boundedValue({ schema, tool, names, equal: true, sha256, size, sbom });
}

/** Differences without the values that the program keeps for itself, and with their number. */
function differenceValues(lists: readonly DifferenceList[]) {
  return {
    differences: lists.flatMap(({ differences }) =>
      differences.map(({ occurrence: _occurrence, modes: _modes, ...shown }) =>
        shown.parts === undefined ? shown : { ...shown, parts: shown.parts.map(partValue) },
      ),
    ),
    differencesCount: countDifferences(lists),
  };
}

/** Differences, and those of one shape as one, of what is listed: so a saved result has the same groups. */
function shownDifferences(lists: readonly DifferenceList[]) {
  const listed = lists.flatMap(({ differences }) => differences).slice(0, valueBounds.list);
  const { groups } = groupDifferences(listed);
  return { ...differenceValues(lists), groups: groups.map(groupValue) };
}

function groupValue({ members, causes, place }: DifferenceGroup) {
  const [{ section, kind, path }] = members;
  const paths = members.map((each) => each.path);
  const folders = foldersOf(paths, mostFolders);
  return { section, kind, count: members.length, causes, place, folders, example: path };
}

/** A part without its meaning, which `place` and the values say in words. */
function partValue({ meaning: _meaning, ...shown }: Part): Part {
  return shown.children === undefined ? shown : { ...shown, children: shown.children.map(partValue) };
}

function explanationValue(explanation: Explanation) {
  if (explanation.explained !== 'partly') return explanation;
  const { firstDifference } = explanation.left;
  return { ...explanation, left: { firstDifference, ...differenceValues([explanation.left]) } };
}

function comparisonValue({ files, sections, equivalence, sbomPath, sbomDifferences }: UnequalComparison) {
  const { published, rebuilt, firstDifference } = files;
  return {
    published,
    rebuilt,
    firstDifference,
    equivalence,
    sections: sections.map(({ section, likeness }) => ({ section, likeness })),
    ...shownDifferences(sections),
    sbomPath,
    sbomDifferences,
  };
}
