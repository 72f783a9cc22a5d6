/** A sweep's status as text for people. */
import { counted, printable } from '../bytes.ts';
import { largest } from '../lists.ts';
import { plainStyle, type Style } from '../report/style.ts';
import type { SweepCounts } from '../sweep/sweep-store.ts';
import { groupByBuild, groupOf } from './build-groups.ts';
import { flakyTitles } from './flaky.ts';
import type { NextAction } from './next-actions.ts';
import type { PackageHistory } from './package-history.ts';
import { judgedOf, percent, type Share, shareSentence, unjudgedOf } from './share.ts';
import type { NamedShare } from './share-groups.ts';
import { causesText, groupText, pointText, stateText } from './status-words.ts';
import type { SweepStatus } from './sweep-status.ts';

/** Rows of a list that are shown before the rest is only counted. */
const mostRows = 20;

/** The whole status; ends with a newline. */
export function statusText(status: SweepStatus, style: Style = plainStyle): string {
  const { share, architectures, melanges, causes, days, ranking, lacks, regressions, flaky } = status;
  const since =
    regressions.length === 0
      ? []
      : [`${counted(regressions.length, 'package')} stopped reproducing: wolfi-repro status regressions`];
  const shaky =
    flaky.length === 0
      ? []
      : [
          `${counted(flaky.length, 'package')} on which builds or attempts disagree: wolfi-repro status flaky`,
        ];
  return blocks(
    [countsText(status.counts), style.strong(shareSentence(share)), ...since, ...shaky],
    titled('by architecture', shareRows(architectures), style),
    titled('by melange', shareRows(melanges), style),
    titled(
      'why they do not reproduce',
      causes.map(({ title, packages, alone }) => [title, `${packages}`, `${alone} for nothing else`]),
      style,
    ),
    titled(
      'not judged',
      lacks.map((each) => [`${each.packages.length}`, stateText(each), each.step]),
      style,
    ),
    titled('in the most images and build environments, not reproduced', rankingRows(ranking), style),
    titled(
      'by day, of what had been judged by its end',
      days.slice(-mostRows).map((each) => [each.day, shareCell(each), counted(each.verdicts, 'verdict')]),
      style,
    ),
  );
}

const packageOf = ({ of }: { readonly of: PackageHistory }): PackageHistory => of;

export function regressionsText({ regressions, share }: SweepStatus, style: Style = plainStyle): string {
  if (regressions.length === 0) return `nothing stopped reproducing; ${shareSentence(share)}\n`;
  const rows = groupByBuild(regressions, packageOf, pointText).map((group) => {
    const { example } = group;
    return [
      `${example.of.popularity}`,
      groupText(groupOf(group, packageOf)),
      `${pointText(example)}; ${causesText(example.of)}`,
    ];
  });
  return blocks(titled('stopped reproducing, the most popular first', rows, style, rows.length));
}

export function flakyText({ flaky }: SweepStatus, style: Style = plainStyle): string {
  if (flaky.length === 0) return 'no builds or attempts disagree\n';
  const rows = groupByBuild(flaky, packageOf, ({ kind }) => kind).map((group) => {
    const { example } = group;
    return [groupText(groupOf(group, packageOf)), flakyTitles[example.kind], example.attempts.join(', ')];
  });
  return blocks(titled('builds or attempts disagree', rows, style, rows.length));
}

export function nextText({ next, share }: SweepStatus, style: Style = plainStyle): string {
  if (next.length === 0) return `everything was judged; ${shareSentence(share)}\n`;
  const rows = next.map((each) => [
    counted(each.packages, 'package'),
    each.effort,
    `${each.step} [${stateText(each.state)}]`,
    costText(each),
  ]);
  return blocks(titled('what settles the most for the least work, first', rows, style, rows.length));
}

/** What does not reproduce, packages of one build on one line. */
function rankingRows(ranking: readonly PackageHistory[]): string[][] {
  const whyText = (each: PackageHistory) => `${each.state.reason}: ${causesText(each)}`;
  return groupByBuild(ranking, (each) => each, whyText).map((group) => [
    `${group.example.popularity}`,
    groupText(group),
    whyText(group.example),
  ]);
}

function costText({ builds, hours, examples }: NextAction): string {
  const time = hours === undefined ? '' : `, about ${hours.toFixed(1)} hours of a machine`;
  return `${counted(builds, 'build')}${time}; for example ${examples[0]}`;
}

/** One line: what the sweep is doing. */
export function countsText({ state, queued, running, settled, dead }: SweepCounts): string {
  return `sweep ${state}: ${queued} queued, ${running} running, ${settled} settled, ${dead} given up`;
}

function shareRows(shares: readonly NamedShare[]): string[][] {
  return shares.map((share) => [
    share.name === '' ? 'not known' : share.name,
    shareCell(share),
    unjudgedCell(share),
  ]);
}

function shareCell(share: Omit<Share, 'unjudged'>): string {
  return `${share.reproduced} of ${judgedOf(share)} judged (${percent(share.reproduced, judgedOf(share))})`;
}

function unjudgedCell(share: Share): string {
  return `${unjudgedOf(share)} not judged`;
}

/** A title over rows in columns; nothing where there are none. */
function titled(
  title: string,
  rows: readonly (readonly string[])[],
  style: Style,
  most = mostRows,
): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, most).map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, at) =>
    largest(
      shown.map((row) => row[at]!.length),
      0,
    ),
  );
  const lines = shown.map(
    (row) =>
      `  ${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join('  ')}`,
  );
  const cut = rows.length - shown.length;
  return [
    style.strong(title),
    ...lines,
    ...(cut === 0 ? [] : [style.faint(`  and ${cut} more: --format json, or status site`)]),
  ];
}

function blocks(...all: readonly (readonly string[])[]): string {
  return all
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}
