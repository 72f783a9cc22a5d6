/** What changed: packages that stopped reproducing, what became known last, and where builds or attempts disagree. */
import { counted } from '../../bytes.ts';
import { groupByBuild, groupOf } from '../build-groups.ts';
import { flakyTitles } from '../flaky.ts';
import type { PackageHistory } from '../package-history.ts';
import { dayOf } from '../share-by-day.ts';
import { causesText, groupText, pointText } from '../status-words.ts';
import type { SweepStatus } from '../sweep-status.ts';
import { knownAt, latestChanges, type TurningPoint } from '../turning-points.ts';
import type { LinkOf } from './package-place.ts';
import { table, text } from './site-page.ts';

const mostRows = 200;
const packageOf = ({ of }: { readonly of: PackageHistory }): PackageHistory => of;

export function changesMain(status: SweepStatus, linkOf: LinkOf): string {
  const latest = latestChanges(status.history.packages);
  return [
    `<p>Of one build, its packages are on one line. <a href="feed.xml">A feed</a> has what became known last.</p>`,
    pointsSection(
      'regressions',
      'Stopped reproducing',
      status.regressions,
      linkOf,
      'Packages whose newest build does not reproduce although an earlier one did, the most used first',
    ),
    pointsSection(
      'latest',
      'Became known last',
      latest,
      linkOf,
      'Every build that stopped reproducing or began to, the last one first',
    ),
    flakySection(status, linkOf),
  ].join('\n');
}

function pointsSection(
  id: string,
  title: string,
  points: readonly TurningPoint[],
  linkOf: LinkOf,
  caption: string,
): string {
  const lineOf = (point: TurningPoint) => `${point.kind} ${pointText(point)} ${causesText(point.of)}`;
  const groups = groupByBuild(points, packageOf, lineOf);
  const rows = groups.slice(0, mostRows).map((group) => {
    const { example } = group;
    const word =
      example.kind === 'fix'
        ? '<span class="good w">reproduces</span>'
        : '<span class="bad w">stopped</span>';
    return [
      `<span class="w">${dayOf(knownAt(example))}</span>`,
      `<a href="${text(linkOf(example.of))}">${text(groupText(groupOf(group, packageOf)))}</a>`,
      word,
      text(pointText(example)),
      text(example.kind === 'fix' ? '' : causesOf(example)),
      `${example.of.popularity}`,
    ];
  });
  const columns = ['known', 'package', 'it', 'since', 'causes'].map((each) => ({ title: each }));
  const cut = groups.length - rows.length;
  return `<h2 id="${id}">${text(title)}</h2>
${rows.length === 0 ? '<p>None.</p>' : table(caption, [...columns, { title: 'used by', isNumber: true }], rows)}${cut === 0 ? '' : `\n<p>… and ${counted(cut, 'more build', 'more builds')}; each package’s history has its own.</p>`}`;
}

/** Those of the build at which it turned. */
function causesOf({ of, after }: TurningPoint): string {
  return causesText({ ...of, row: after });
}

function flakySection({ flaky }: SweepStatus, linkOf: LinkOf): string {
  const groups = groupByBuild(flaky, packageOf, ({ kind }) => kind);
  const rows = groups
    .slice(0, mostRows)
    .map((group) => [
      `<a href="${text(linkOf(group.example.of))}">${text(groupText(groupOf(group, packageOf)))}</a>`,
      text(flakyTitles[group.example.kind]),
      text(group.example.attempts.join(', ')),
    ]);
  const cut = groups.length - rows.length;
  return `<h2 id="flaky">Builds or attempts disagree</h2>
${
  rows.length === 0
    ? '<p>None.</p>'
    : table(
        'The gravest first',
        ['package', 'what', 'attempts'].map((title) => ({ title })),
        rows,
      )
}${cut === 0 ? '' : `\n<p>… and ${cut} more; <code>wolfi-repro status flaky</code> lists all</p>`}`;
}
