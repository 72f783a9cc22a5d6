/** The first page: how much reproduces, of what, how that went, and what matters most. */
import { counted } from '../../bytes.ts';
import { largest } from '../../lists.ts';
import { groupByBuild } from '../build-groups.ts';
import { remedyOf } from '../lacking.ts';
import { countPlot, ratePlot } from '../plots/day-plots.ts';
import { shareBar } from '../plots/share-bar.ts';
import { judgedOf, percent, type Share, totalOf, unjudgedOf } from '../share.ts';
import type { DayShare } from '../share-by-day.ts';
import type { NamedShare } from '../share-groups.ts';
import { causesText, groupText, stateText } from '../status-words.ts';
import type { SweepStatus } from '../sweep-status.ts';
import type { LinkOf } from './package-place.ts';
import { table, text } from './site-page.ts';

const mostRanked = 50;
/** Rows of a table of shares: more versions of melange than there are come from somebody who makes them up. */
const mostShares = 300;
/** Days that are shown, the last ones: three years of a sweep that judges something on each. */
const mostDays = 1100;

export function overviewMain(status: SweepStatus, linkOf: LinkOf): string {
  const { share, architectures, melanges } = status;
  const days = status.days.slice(-mostDays);
  const earlier = status.days.length - days.length;
  return [
    headline(status),
    daysSection(days),
    ...(days.length === 0 ? [] : [daysTable(days)]),
    ...(earlier === 0 ? [] : [`<p>… and ${earlier} earlier days.</p>`]),
    `<h2 id="architectures">By architecture</h2>\n${shareTable('architecture', architectures, 'arch')}`,
    `<h2 id="melange">By version of melange</h2>\n${shareTable('melange', melanges, 'melange')}`,
    causesSection(status),
    rankingSection(status, linkOf),
    unjudgedSection(share),
  ].join('\n');
}

function headline({ share, regressions, flaky, counts }: SweepStatus): string {
  const [judged, all] = [judgedOf(share), totalOf(share)];
  const notes = [
    ...(regressions.length === 0
      ? []
      : [
          `<a href="changes.html#regressions">${counted(regressions.length, 'package')} stopped reproducing</a>`,
        ]),
    ...(flaky.length === 0
      ? []
      : [`<a href="changes.html#flaky">${flaky.length} on which builds or attempts disagree</a>`]),
    `sweep ${counts.state}: ${counts.queued} queued, ${counts.running} running`,
  ];
  return `<p class="headline"><strong>${percent(share.reproduced, judged)}</strong> ${share.reproduced} of ${judged} judged packages reproduce. ${unjudgedOf(share)} of ${all} were <a href="open.html">not judged</a>.</p>
<p>${notes.join(' · ')}</p>`;
}

function daysSection(days: readonly DayShare[]): string {
  if (days.length === 0) return '<p>Nothing has been judged yet.</p>';
  return `<h2 id="days">By day</h2>
<h3>Share of judged packages that reproduce</h3>
${ratePlot(days)}
<h3>Packages by what had been found of them</h3>
${countPlot(days)}
<p class="key"><span><i class="reproduced"></i>reproduced (lowest)</span><span><i class="not-reproduced"></i>not reproduced</span><span><i class="unjudged"></i>without a verdict about their bytes (uppermost)</span></p>`;
}

function daysTable(days: readonly DayShare[]): string {
  const rows = days
    .toReversed()
    .map((day) => [
      day.day,
      percent(day.reproduced, judgedOf(day)),
      `${day.reproduced}`,
      `${day.notReproduced}`,
      `${day.unjudged}`,
      `${day.verdicts}`,
    ]);
  const numbers = ['rate', 'reproduced', 'not reproduced', 'not judged', 'verdicts that day'];
  const columns = [{ title: 'day' }, ...numbers.map((title) => ({ title, isNumber: true }))];
  return `<details><summary>The same in numbers</summary>\n${table('At the end of each day (UTC), of the packages judged by then', columns, rows)}\n</details>`;
}

function shareTable(title: string, shares: readonly NamedShare[], filter: string): string {
  const most = largest(shares.map(totalOf), 1);
  const columns = [
    { title },
    { title: 'rate', isNumber: true },
    { title: 'reproduced', isNumber: true },
    { title: 'judged', isNumber: true },
    { title: 'not judged', isNumber: true },
    { title: 'part of all' },
  ];
  const rows = shares
    .slice(0, mostShares)
    .map((share) => [
      share.name === ''
        ? 'not known'
        : `<a href="packages.html#${filter}=${encodeURIComponent(share.name)}">${text(share.name)}</a>`,
      percent(share.reproduced, judgedOf(share)),
      `${share.reproduced}`,
      `${judgedOf(share)}`,
      `${unjudgedOf(share)}`,
      shareBar(share, most),
    ]);
  const cut = shares.length - rows.length;
  return `${table('The rate is of those judged', columns, rows)}${cut === 0 ? '' : `\n<p>… and ${cut} more</p>`}`;
}

function causesSection({ causes, share }: SweepStatus): string {
  if (causes.length === 0) return '';
  const rows = causes.map(({ cause, title, packages, alone }) => [
    `<a href="packages.html#cause=${cause}">${text(title)}</a>`,
    `${packages}`,
    percent(packages, share.notReproduced),
    `${alone}`,
  ]);
  const numbers = ['packages', 'of those not reproduced', 'for nothing else'];
  return `<h2 id="causes">Why packages do not reproduce</h2>\n${table('A package with two causes counts for both', [{ title: 'cause' }, ...numbers.map((title) => ({ title, isNumber: true }))], rows)}`;
}

function rankingSection({ ranking }: SweepStatus, linkOf: LinkOf): string {
  if (ranking.length === 0) return '';
  const whyText = (each: (typeof ranking)[number]) => `${each.state.reason}: ${causesText(each)}`;
  const rows = groupByBuild(ranking, (each) => each, whyText)
    .slice(0, mostRanked)
    .map((group) => [
      `${group.example.popularity}`,
      `<a href="${text(linkOf(group.example))}">${text(groupText(group))}</a>`,
      text(whyText(group.example)),
    ]);
  const caption =
    'Images and build environments that have one of their packages; packages of one build together';
  return `<h2 id="ranking">Not reproduced, and used the most</h2>
${table(caption, [{ title: 'used by', isNumber: true }, { title: 'package' }, { title: 'why' }], rows)}
<p><a href="packages.html#state=not-reproduced&amp;sort=-popularity">All ${ranking.length} that do not reproduce</a></p>`;
}

function unjudgedSection(share: Share): string {
  if (share.unjudged.length === 0) return '';
  const rows = share.unjudged.map((each) => [
    `${each.count}`,
    text(stateText(each)),
    text(remedyOf(each).step),
  ]);
  return `<h2 id="unjudged">Not judged, and in no rate</h2>
${table('What would settle them', [{ title: 'packages', isNumber: true }, { title: 'state' }, { title: 'next' }], rows)}
<p><a href="open.html">Which they are, and what to do first</a></p>`;
}
