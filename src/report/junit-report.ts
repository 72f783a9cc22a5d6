/**
 * A run as JUnit XML, one case for each package, in the dialect that the XSDs of Ant, Jenkins and pytest all accept: no attributes
 * on `testsuites`, every attribute that any of them requires on the suite. The times that they require are constants, since
 * a report says nothing of when it was made, and how long it took only where that is asked for.
 */
import type { RunRecord } from '../verdict/run-record.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { diffText, textBounds } from './diff-text.ts';
import { type DiffView, titleOfAll, viewDiffs } from './diff-view.ts';
import { escapeMarkup } from './markup.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import type { StatedDiff } from './stated-diff.ts';
import { plainStyle } from './style.ts';
import { packageText } from './text-report.ts';
import { secondsOf } from './timings.ts';
import { type PackageView, viewRun } from './view.ts';
import { withReason } from './words.ts';

/** Renders the document; it ends with a newline. */
export function renderJunit(result: StatedRun, context: ReportContext = {}): string {
  const { packages, notes, missing } = viewRun(result, textBounds);
  const isMissing = missing.length > 0;
  return documentText({
    outcomes: [...packages.map(outcomeElement), ...(isMissing ? (['error'] as const) : [])],
    properties: { verdict: result.verdict, ...writerProperties(context, result.runs) },
    time: context.timings?.seconds ?? 0,
    said: reproducedLines(packages).join(''),
    cases: [
      ...packages.map((view, at) => caseText(view, context, at)),
      ...(isMissing ? [missingCase(missing)] : []),
    ],
    remarks: [
      ...passLines(packages, context),
      ...caveatLines(packages),
      ...notes.map((note) => `${note}\n`),
    ].join(''),
  });
}

/** Packages, folders or files compared by themselves: one case for each comparison, named after the second side. */
export function renderDiffJunit(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const views = viewDiffs(results, textBounds);
  return documentText({
    outcomes: views.map(({ differences }) => (differences === undefined ? undefined : 'failure')),
    time: 0,
    said: '',
    properties: { diff: titleOfAll(views).title, ...writerProperties(context) },
    cases: views.map(diffCase),
    remarks: '',
  });
}

function diffCase(view: DiffView): string {
  const { title, reason, names, differences } = view;
  const head = attributes({ name: names.rebuilt, classname: 'wolfi-repro', time: '0' });
  const outcome = attributes({
    message: withReason(`${title} from ${names.published}`, reason),
    type: `diff/${title}`,
  });
  if (differences === undefined) return `    <testcase${head}/>`;
  return `    <testcase${head}>
      <failure${outcome}>${escapeMarkup(diffText(view))}</failure>
    </testcase>`;
}

/** The program that wrote the report, and where its pages are. */
function writerProperties(
  context: ReportContext,
  runs?: readonly RunRecord[],
): Readonly<Record<string, string>> {
  return { tool: writerText(context, runs), pages: pageAddress(context, reportsPage) };
}

interface Suite {
  readonly outcomes: readonly Outcome[];
  readonly properties: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly time: number;
  readonly cases: readonly string[];
  /** What cases that pass are about. */
  readonly said: string;
  readonly remarks: string;
}

type Outcome = 'failure' | 'error' | undefined;

function documentText({ outcomes, properties, time, cases, said, remarks }: Suite): string {
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  const suite = attributes({
    name: 'wolfi-repro',
    package: 'wolfi-repro',
    id: '0',
    timestamp: '1970-01-01T00:00:00',
    hostname: 'localhost',
    tests: String(cases.length),
    failures: String(count('failure')),
    errors: String(count('error')),
    time: timeText(time),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${suite}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases,
    said === '' ? '    <system-out/>' : `    <system-out>${escapeMarkup(said)}</system-out>`,
    `    <system-err>${escapeMarkup(remarks)}</system-err>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Name, version and origin of each package that is reproduced: its case has no text that could say so. */
function reproducedLines(packages: readonly PackageView[]): string[] {
  return packages
    .filter(({ verdict }) => verdict === 'reproduced')
    .map(({ file, title, name, grounds }) => {
      const what = name ?? grounds.find(({ label }) => label === 'taken')?.value;
      return `${file}: ${title}${what === undefined ? '' : `: ${what}`}\n`;
    });
}

/** The caveats of cases that pass, which have no text of their own. */
function caveatLines(packages: readonly PackageView[]): string[] {
  return packages.flatMap(({ file, caveats }) => caveats.map((caveat) => `${file}: caveat: ${caveat}\n`));
}

/** Cases that pass without being reproduced. Not every dialect has an element that says so of a case. */
function passLines(packages: readonly PackageView[], context: ReportContext): string[] {
  return packages
    .filter(({ pass }) => pass !== undefined)
    .map((view) => `${packageText(view, { style: plainStyle, context })}\n`);
}

/** The element for an outcome: `no statement` is an error of the test, not a failure of the package. */
function outcomeElement({ verdict, pass }: PackageView): Outcome {
  if (pass !== undefined) return undefined;
  switch (verdict) {
    case 'reproduced':
      return undefined;
    case 'not-reproduced':
    case 'rejected':
      return 'failure';
    case 'build-failed':
    case 'inconclusive':
    case 'internal':
      return 'error';
  }
}

function timeText(seconds: number): string {
  return seconds === 0 ? '0' : seconds.toFixed(3);
}

function caseText(view: PackageView, context: ReportContext, at: number): string {
  const { timings } = context;
  const time = timeText(timings === undefined ? 0 : secondsOf(timings, at));
  const head = attributes({ name: view.file, classname: 'wolfi-repro', time });
  const element = outcomeElement(view);
  if (element === undefined) return `    <testcase${head}/>`;
  const { title, reason, next } = view;
  const outcome = attributes({
    message: `${withReason(title, reason)}; ${next}`,
    type: `${view.verdict}/${reason}`,
  });
  return [
    `    <testcase${head}>`,
    `      <${element}${outcome}>${escapeMarkup(packageText(view, { style: plainStyle, context }))}</${element}>`,
    '    </testcase>',
  ].join('\n');
}

/** A case for what has none because its result is missing. */
function missingCase(missing: readonly string[]): string {
  const head = attributes({ name: 'results', classname: 'wolfi-repro', time: '0' });
  const outcome = attributes({ message: 'results are missing', type: 'incomplete' });
  return [
    `    <testcase${head}>`,
    `      <error${outcome}>${escapeMarkup(missing.join('\n'))}</error>`,
    '    </testcase>',
  ].join('\n');
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`)
    .join('');
}
