/**
 * A run as SARIF 2.1.0 (OASIS), for code scanning: one result for each difference or group of one shape, or one for the package where nothing was
 * compared. A reproduced package has no result, and a package that could not be judged because of a defect has a notification. Section numbers below are those of the standard.
 */

import type { StatedRun } from '../verdict/stated.ts';
import type { Bounds } from './bounds.ts';
import { moreInJson } from './bounds.ts';
import { titleOfAll, viewDiffs } from './diff-view.ts';
import type { GroupView } from './differences-view.ts';
import { renderValue } from './json-report.ts';
import { pageAddress, type ReportContext, reportsPage, writerOf } from './report-context.ts';
import { fingerprint, identityOf, identityOfGroup, unlike } from './sarif-identity.ts';
import type { StatedDiff } from './stated-diff.ts';
import { causeText, consequenceText, differenceText, foldersText, groupText } from './tree-lines.ts';
import { type PackageView, viewRun } from './view.ts';
import { nextSteps, verdictTitles, withReason } from './words.ts';

/** GitHub takes 25,000 results of a run and shows the first 5,000. */
const bounds: Bounds = {
  value: 300,
  outputLines: 4,
  differences: 2000,
  allDifferences: 5000,
  members: 2000,
  lines: 0,
  packageLines: 0,
  allLines: 0,
  characters: 4_000_000,
};

type Level = 'error' | 'warning' | 'note';

/** Renders the log; it ends with a newline. */
export function renderSarif(result: StatedRun, context: ReportContext = {}): string {
  const { packages, verdict, notes, missing, urgent } = viewRun(result, bounds);
  const artifacts = [...new Map(packages.map((each) => [uriOf(each.file), artifact(each)])).values()];
  const indexes = new Map(artifacts.map(({ location: { uri } }, index) => [uri, index]));
  const found = packages.flatMap((each) => packageResults(each, indexes.get(uriOf(each.file))!));
  const results = worstResults(found);
  const defects = packages
    .filter(({ verdict: kind }) => kind === 'internal')
    .map((each) => defectNotification(each, indexes.get(uriOf(each.file))!));
  const cut = packages.reduce((sum, { comparison }) => sum + (comparison?.cut ?? 0), 0);
  return logText(context, {
    artifacts,
    results,
    invocation: {
      executionSuccessful: defects.length === 0 && missing.length === 0,
      exitCode: result.exitCode,
      toolExecutionNotifications: [
        ...defects,
        ...packages.flatMap((each) => caveatNotifications(each, indexes.get(uriOf(each.file))!)),
        ...cutNotifications(cut, 'differences'),
        ...cutNotifications(found.length - results.length, 'results'),
        ...notes.map((note) => ({
          level: missing.includes(note) ? 'error' : urgent.includes(note) ? 'warning' : 'note',
          message: { text: messageText(note) },
        })),
      ],
    },
    properties: { verdict },
  });
}

/** Packages, folders or files compared by themselves: a result for each row of differences, in the second side of its comparison. */
export function renderDiffSarif(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const views = viewDiffs(results, bounds);
  const uris = [...new Set(views.map(({ names }) => uriOf(names.rebuilt)))];
  const indexes = new Map(uris.map((uri, index) => [uri, index]));
  const found = views.flatMap(({ names, differences }) => {
    const subject = { file: names.rebuilt, docs: 'docs/reports.md' };
    const index = indexes.get(uriOf(subject.file))!;
    return (differences?.groups ?? []).map((each) => groupResult(subject, index, each, 'error'));
  });
  const shown = worstResults(unlike(found));
  const cut = views.reduce((sum, { differences }) => sum + (differences?.cut ?? 0), 0);
  const { title } = titleOfAll(views);
  const sides = views.map(({ names }) => ({ published: names.published, rebuilt: names.rebuilt }));
  return logText(context, {
    artifacts: uris.map((uri) => ({ location: { uri } })),
    results: shown,
    invocation: {
      executionSuccessful: true,
      exitCode: title === 'identical' ? 0 : 1,
      toolExecutionNotifications: [
        ...cutNotifications(cut, 'differences'),
        ...cutNotifications(found.length - shown.length, 'results'),
      ],
    },
    properties: { title, ...(sides.length === 1 ? sides[0] : { comparisons: sides }) },
  });
}

interface Log {
  readonly artifacts: readonly object[];
  readonly results: readonly SarifResult[];
  readonly invocation: object;
  readonly properties: object;
}

interface SarifResult {
  readonly rule: { readonly id: string; readonly page: string };
  readonly level: Level;
  readonly partialFingerprints: object;
}

const levels: readonly Level[] = ['error', 'warning', 'note'];

/** The most results of a run that GitHub shows, the worst first; those of one level in their order. */
const mostResults = 5000;

function worstResults<R extends SarifResult>(results: readonly R[]): readonly R[] {
  return levels.flatMap((level) => results.filter((each) => each.level === level)).slice(0, mostResults);
}

/** One run with its rules, each of which the results name by its place. */
function logText(context: ReportContext, { artifacts, results, invocation, properties }: Log): string {
  const rules = [...new Map(results.map(({ rule }) => [rule.id, rule])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const writer = writerOf(context);
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));
  return renderValue({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: writer.name,
            version: writer.version,
            semanticVersion: writer.version,
            informationUri: pageAddress(context, reportsPage),
            rules: rules.map(({ page, ...rule }) => ({ ...rule, helpUri: pageAddress(context, page) })),
          },
        },
        invocations: [invocation],
        artifacts,
        results: results.map(({ rule, ...rest }) => ({
          ...rest,
          ruleId: rule.id,
          ruleIndex: ruleIndex.get(rule.id),
        })),
        properties,
      },
    ],
  });
}

/** The file that a result is about, and the page that explains it. */
type Subject = Pick<PackageView, 'file' | 'docs'>;

/** The caveats of a package that is reproduced, which has no result to hold them. */
function caveatNotifications(view: PackageView, index: number) {
  return view.caveats.map((caveat) => ({
    level: 'warning',
    message: { text: messageText(`caveat: ${caveat}`) },
    locations: [location(view, index)],
  }));
}

/** The notification of a defect. A defect of the tool is not one of the package, so it is not a result (3.20.21). */
function defectNotification(view: PackageView, index: number) {
  const { title, reason, grounds } = view;
  const why = grounds.map(({ label, value }) => `${label}: ${value}`);
  return {
    level: 'error',
    message: { text: messageText([withReason(title, reason), ...why].join('\n')) },
    locations: [location(view, index)],
  };
}

function cutNotifications(cut: number, what: 'differences' | 'results') {
  const text = `${cut} more ${what} are not listed; ${moreInJson}`;
  return cut === 0 ? [] : [{ level: 'warning', message: { text } }];
}

/** The artifact of a package. Results name it by its index (3.4.5); none may be listed twice (3.14.15). */
function artifact({ file, name, sha256: digest, size }: PackageView) {
  return {
    location: { uri: uriOf(file) },
    ...(name === undefined ? {} : { description: { text: messageText(name) } }),
    ...(size === undefined ? {} : { length: size }),
    ...(digest === undefined ? {} : { hashes: { 'sha-256': digest } }),
  };
}

function packageResults(view: PackageView, index: number) {
  if (view.verdict === 'reproduced' || view.verdict === 'internal') return [];
  const { title, reason, grounds, comparison, next } = view;
  const level: Level = levelOf(view);
  const why = grounds.map(({ label, value }) => `${label}: ${value}`);
  const follows = comparison?.consequences.map((each) => `follows ${consequenceText(each)}`) ?? [];
  const verdictResult = {
    rule: verdictRule(view),
    level,
    message: {
      text: messageText([withReason(title, reason), ...why, ...follows, `next: ${next}`].join('\n')),
    },
    locations: [location(view, index)],
    partialFingerprints: fingerprint([identityOf(view), view.verdict, reason ?? '']),
  };
  const differences = unlike(comparison?.groups.map((each) => groupResult(view, index, each, level)) ?? []);
  return [verdictResult, ...differences].map((each) => ({ ...each, ...suppressions(view) }));
}

function levelOf({ verdict, tone, pass }: PackageView): Level {
  if (pass !== undefined) return 'note';
  return tone === 'warn' || verdict === 'build-failed' ? 'warning' : 'error';
}

/** What passes is a result that was suppressed outside of the source (3.35). */
function suppressions({ pass, grounds }: PackageView) {
  if (pass === undefined) return {};
  const label = pass === 'accepted' ? 'accepted' : 'baseline';
  const why = grounds.filter((fact) => fact.label === label).map(({ value }) => value);
  return { suppressions: [{ kind: 'external', status: 'accepted', justification: why.join('\n') }] };
}

function verdictRule({ verdict, reason, docs }: PackageView) {
  const title = verdictTitles[verdict];
  const next = reason === undefined ? '' : nextSteps[reason as keyof typeof nextSteps];
  return {
    id: `${verdict}/${reason}`,
    shortDescription: { text: withReason(title, reason) },
    fullDescription: { text: `The verdict about a package is: ${title}, for the reason ${reason}.` },
    help: { text: `Next: ${next}. See ${docs}.` },
    page: docs,
  };
}

/** The most of the other differences of a group that a result names as related. */
const mostRelated = 10;

function groupResult(subject: Subject, index: number, group: GroupView, level: Level) {
  const { count, causes, others, example } = group;
  const { section, path, kind, kindTitle } = example;
  const lines = [
    ...(count === 1 ? [] : [groupText(group), `in ${foldersText(group)}`]),
    `${count === 1 ? '' : 'for example '}${differenceText(example)}`,
    ...example.causes.map(causeText),
  ];
  const at = (each: string) => ({
    ...location(subject, index),
    logicalLocations: [logicalLocation(section, each)],
  });
  return {
    rule: {
      id: `difference/${kind}`,
      shortDescription: { text: `difference: ${kindTitle}` },
      fullDescription: { text: `The published and the rebuilt package differ: ${kindTitle}.` },
      help: { text: `${subject.docs} explains it; --format html shows what differs inside.` },
      page: 'docs/reports.md',
    },
    level: level === 'error' ? ('warning' as const) : ('note' as const),
    message: { text: messageText(lines.join('\n')) },
    locations: [at(path)],
    // The occurrences of a result are counted, not repeated (3.27.6).
    ...(count === 1
      ? {}
      : { occurrenceCount: count, relatedLocations: others.slice(0, mostRelated).map((each) => at(each)) }),
    identity: identityOfGroup(subject, group),
    ...(causes.length === 0 ? {} : { properties: { causes: causes.map((cause) => cause.kind) } }),
  };
}

function logicalLocation(section: string, path: string) {
  return { name: path === '' ? section : path, fullyQualifiedName: `${section}/${path}`, kind: 'resource' };
}

/** The location of a result. GitHub does not show results without a region, and a package has no lines. */
function location({ file }: Subject, index: number) {
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(file), index }, region: { startLine: 1 } },
  };
}

/** A reference relative to the folder of the run, or absolute; every name is encoded by itself (RFC 3986, section 3.3). */
function uriOf(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}

/** Text for a message: brackets would be links (3.11.6) and numbers in braces would be arguments (3.11.5). */
function messageText(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&').replace(/\{(\d+)\}/g, '{{$1}}');
}
