/** The page with the table of all packages, which a script searches, filters, sorts and turns; the first rows are there without it. */

import { sortedUnique } from '../../bytes.ts';
import { causeTitles } from '../../compare/cause.ts';
import { byPopularity } from '../lacking.ts';
import type { PackageHistory } from '../package-history.ts';
import { packageStateKinds } from '../package-state.ts';
import { dayOf } from '../share-by-day.ts';
import { causesText, stateText, stateTitles } from '../status-words.ts';
import { packagesByPage } from './package-pages.ts';
import type { LinkOf } from './package-place.ts';
import { text } from './site-page.ts';
import { rowsOfPage } from './table-script.ts';

const columns = [
  { key: 'name', title: 'package', isNumber: false },
  { key: 'version', title: 'version', isNumber: false },
  { key: 'arch', title: 'architecture', isNumber: false },
  { key: 'state', title: 'state', isNumber: false },
  { key: 'cause', title: 'causes', isNumber: false },
  { key: 'melange', title: 'melange', isNumber: false },
  { key: 'judged', title: 'judged', isNumber: false },
  { key: 'popularity', title: 'used by', isNumber: true },
] as const;

export function tableMain(packages: readonly PackageHistory[], linkOf: LinkOf): string {
  const first = [...packages].sort(byPopularity).slice(0, rowsOfPage);
  const head = columns.map(
    ({ key, title, isNumber }) =>
      `<th scope="col"${isNumber ? ' class="n"' : ''} data-key="${key}"${key === 'popularity' ? ' aria-sort="descending"' : ''}>${title}</th>`,
  );
  const kinds = packageStateKinds.filter((kind) => packages.some(({ state }) => state.kind === kind));
  const architectures = sortedUnique(packages.map(({ architecture }) => architecture));
  const melanges = sortedUnique(packages.flatMap(({ row }) => row?.melange || [])).reverse();
  const causes = sortedUnique(
    packages.flatMap(({ state, row }) => (state.kind === 'not-reproduced' ? row!.causes : [])),
  );
  const reasons = sortedUnique(packages.flatMap(({ state }) => state.reason || []));
  return `<search class="filter" id="filter" hidden>
<label>Search <input type="search" id="q" accesskey="s" placeholder="name or version" autocomplete="off" spellcheck="false"></label>
${choice(
  'state',
  'State',
  kinds.map((kind) => [kind, stateTitles[kind]]),
)}
${choice(
  'reason',
  'Reason',
  reasons.map((reason) => [reason, reason]),
)}
${choice(
  'cause',
  'Cause',
  causes.map((cause) => [cause, causeTitles[cause as keyof typeof causeTitles]]),
)}
${choice(
  'arch',
  'Architecture',
  architectures.map((each) => [each, each]),
)}
${choice(
  'melange',
  'melange',
  melanges.map((each) => [each, each]),
)}
</search>
<p><output id="count" aria-live="polite">${packages.length} packages</output></p>
<table class="stack" id="packages"><caption>The newest build of each; the address of this page keeps what you chose. Press / to search.</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${first.map((each) => rowHtml(each, linkOf)).join('\n')}
</tbody></table>
<div class="pages" id="pages" hidden><button type="button" id="previous">Previous</button><span id="where"></span><button type="button" id="next">Next</button></div>
<noscript><p>Without scripts, the first ${first.length} are above; all are on these pages: ${[...packagesByPage(packages).keys()].map((page) => `<a href="${page}">${page.slice(2, 4)}</a>`).join(' ')}</p></noscript>`;
}

/** Values that a filter offers: more come from somebody who makes them up. */
const mostChoices = 300;

function choice(
  id: string,
  title: string,
  values: readonly (readonly [value: string, title: string])[],
): string {
  const options = values
    .slice(0, mostChoices)
    .map(([value, name]) => `<option value="${text(value)}">${text(name)}</option>`);
  return `<label>${title} <select id="${id}"><option value="">any</option>${options.join('')}</select></label>`;
}

function rowHtml(of: PackageHistory, linkOf: LinkOf): string {
  const { name, build, architecture, state, row, popularity } = of;
  const cells = [
    `<a href="${text(linkOf(of))}">${text(name)}</a>`,
    text(build.version),
    text(architecture),
    text(stateText(state)),
    state.kind === 'not-reproduced' ? text(causesText(of)) : '',
    text(row?.melange ?? ''),
    row === undefined ? '' : dayOf(row.judgedAt),
    `${popularity}`,
  ];
  const body = cells.map(
    (cell, at) =>
      `<td${columns[at]!.isNumber ? ' class="n"' : ''} data-label="${columns[at]!.title}">${cell}</td>`,
  );
  return `<tr>${body.join('')}</tr>`;
}

/** What the script reads: values that repeat are numbers into lists of them. */
export function tableData(packages: readonly PackageHistory[], repositories: readonly string[]): unknown {
  const lists = {
    arch: table(),
    state: table(),
    reason: table(),
    cause: table(),
    melange: table(),
    judged: table(),
  };
  const rows = [...packages].sort(byPopularity).map((of) => {
    const { name, build, architecture, state, row, popularity, repository } = of;
    const causes = state.kind === 'not-reproduced' ? (row?.causes ?? []) : [];
    return [
      name,
      build.version,
      lists.arch.at(architecture),
      lists.state.at(state.kind),
      lists.reason.at(state.reason),
      causes.map((cause) => lists.cause.at(cause)),
      lists.melange.at(row?.melange ?? ''),
      lists.judged.at(row === undefined ? '' : dayOf(row.judgedAt)),
      popularity,
      Math.max(0, repositories.indexOf(repository)),
    ];
  });
  const titles = { state: stateTitles, cause: causeTitles };
  const values = Object.fromEntries(Object.entries(lists).map(([key, { all }]) => [key, all]));
  return { values, titles, rows };
}

/** Distinct values, each by its number. */
function table() {
  const numbers = new Map<string, number>();
  return {
    all: [] as string[],
    at(value: string): number {
      const known = numbers.get(value);
      if (known !== undefined) return known;
      numbers.set(value, this.all.length);
      return this.all.push(value) - 1;
    },
  };
}
