/** The history of every package, on pages that hold some hundredth of them each. */
import { counted } from '../../bytes.ts';
import { addTo } from '../../lists.ts';
import type { VerdictRow } from '../../sweep/verdict-row.ts';
import { remedyOf } from '../lacking.ts';
import type { PackageHistory } from '../package-history.ts';
import { isJudged, stateOfRow } from '../package-state.ts';
import type { PlanChanges } from '../plan-changes.ts';
import type { RecipeChange } from '../recipe-changes.ts';
import { dayOf } from '../share-by-day.ts';
import { causesText, packageText, pointText, stateText } from '../status-words.ts';
import { regressions } from '../turning-points.ts';
import { anchorOf, pageOf } from './package-place.ts';
import { table, text } from './site-page.ts';

/** What is known of a package beside its rows. */
export interface PackageDetails {
  /** What was different in its inputs at its regression; undefined where there is none. */
  readonly changesOf: (of: PackageHistory) => InputChanges | undefined;
  readonly repositories: readonly string[];
}

/** What was different in the inputs of two builds; undefined where it is not kept. */
export interface InputChanges {
  readonly plan: PlanChanges | undefined;
  readonly recipe: readonly RecipeChange[] | undefined;
}

/** The packages of each page, by name, then architecture. */
export function packagesByPage(
  packages: readonly PackageHistory[],
): ReadonlyMap<string, readonly PackageHistory[]> {
  const pages = new Map<string, PackageHistory[]>();
  for (const each of packages) addTo(pages, pageOf(each.name), each);
  for (const page of pages.values()) page.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return new Map([...pages].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function packagesMain(packages: readonly PackageHistory[], details: PackageDetails): string {
  const items = packages.map(
    (each) => `<li><a href="#${idOf(each, details)}">${text(packageText(each))}</a></li>`,
  );
  return [
    '<p class="back"><a href="#main">All packages of this page</a></p>',
    `<details class="all"><summary>${counted(packages.length, 'package')} on this page</summary>\n<ul class="plain">\n${items.join('\n')}\n</ul></details>`,
    ...packages.map((each) => packageSection(each, details)),
  ].join('\n');
}

function idOf(of: PackageHistory, { repositories }: PackageDetails): string {
  return text(anchorOf(of, Math.max(0, repositories.indexOf(of.repository))));
}

function packageSection(of: PackageHistory, details: PackageDetails): string {
  const { state, repository, origin, popularity, build, row } = of;
  const tone = state.kind === 'reproduced' ? 'good' : isJudged(state.kind) ? 'bad' : 'faint';
  const digest = row?.sha256 === undefined ? [] : [['published file', `<code>sha256:${row.sha256}</code>`]];
  const next = isJudged(state.kind) ? [] : [['next', text(remedyOf(state).step)]];
  const facts = [
    ['state', `<span class="${tone}">${text(stateText(state))}</span>`],
    ...(state.kind === 'not-reproduced' ? [['causes', text(causesText(of))]] : []),
    ...sinceFact(of),
    ...next,
    ['built from', text(origin)],
    ['used by', `${popularity} images and build environments`],
    ['listed as', `<code>${text(build.checksum)}</code> in ${text(repository)}`],
    ...digest,
    ...(row?.result === undefined ? [] : [['result', `<code>sha256:${row.result}</code>`]]),
  ].map(([label, value]) => `<dt>${label}</dt><dd>${value}</dd>`);
  return `<section class="package" id="${idOf(of, details)}">
<h2>${text(packageText(of))}</h2>
<dl>
${facts.join('\n')}
</dl>
${inputsHtml(details.changesOf(of))}${historyTable(of)}
</section>`;
}

function sinceFact(of: PackageHistory): string[][] {
  return regressions([of]).map((point) => ['stopped', text(pointText(point))]);
}

function inputsHtml(changes: InputChanges | undefined): string {
  return changes === undefined ? '' : `${recipeHtml(changes.recipe)}${changesHtml(changes.plan)}`;
}

/** Lines of a recipe that are shown, and characters of each. */
const mostLines = 200;
const mostCharacters = 400;

function recipeHtml(changes: readonly RecipeChange[] | undefined): string {
  if (changes === undefined || changes.length === 0) return '';
  const lines = changes.flatMap(({ line, before, after }) => [
    `@ line ${line}`,
    ...before.map((each) => `- ${each}`),
    ...after.map((each) => `+ ${each}`),
  ]);
  const shown = lines.slice(0, mostLines).map(cutText);
  const cut = lines.length - shown.length;
  return `<details><summary>What was different in its recipe when it stopped: ${counted(changes.length, 'place')}</summary>
<pre>${shown.join('\n')}</pre>${cut === 0 ? '' : `<p>… and ${cut} more lines</p>`}
</details>
`;
}

/** Packages of an environment and sources that are listed. */
const mostChanges = 40;

/** Text of a result that somebody else may have written, as long as the longest address is of use to anybody. */
function cutText(value: string): string {
  return text(value.slice(0, mostCharacters));
}

function changesHtml(changes: PlanChanges | undefined): string {
  if (changes === undefined) return '';
  const { environment, sourcesBefore, sourcesAfter } = changes;
  const packages = environment
    .slice(0, mostChanges)
    .map(
      ({ name, before, after }) =>
        `<li>${cutText(name)} ${cutText(before === '' ? '(none)' : before)} → ${cutText(after === '' ? '(none)' : after)}</li>`,
    );
  const sources = [
    ...sourcesBefore.slice(0, mostChanges).map((each) => `<li>no longer <code>${cutText(each)}</code></li>`),
    ...sourcesAfter.slice(0, mostChanges).map((each) => `<li>now <code>${cutText(each)}</code></li>`),
  ];
  const cut = environment.length - packages.length;
  return `<details><summary>What was different in its inputs when it stopped: ${counted(environment.length, 'package')} of the environment, ${counted(sourcesBefore.length + sourcesAfter.length, 'source')}</summary>
<ul class="plain">
${[...sources, ...packages].join('\n')}
</ul>${cut === 0 ? '' : `<p>… and ${cut} more packages</p>`}
</details>
`;
}

/** Verdicts that are listed, the newest build first. */
const mostVerdicts = 60;

function historyTable({ rows }: PackageHistory): string {
  if (rows.length === 0) return '<p>No verdict yet.</p>';
  const shown = rows.slice(-mostVerdicts).reverse();
  const cells = shown.map((row) => [
    text(row.version),
    `<span class="w">${dayOf(row.judgedAt)}</span>`,
    `<span class="${row.verdict === 'reproduced' ? 'good' : row.verdict === 'not-reproduced' ? 'bad' : 'faint'}">${text(stateText(stateOfRow(row)))}</span>`,
    text(row.causes.join(', ')),
    text(row.melange),
    short(row.recipe),
    short(row.environment),
    text(toolOf(row)),
  ]);
  const columns = [
    'version',
    'judged',
    'verdict',
    'causes',
    'melange',
    'recipe',
    'environment',
    'wolfi-repro',
  ];
  const cut = rows.length - shown.length;
  return table(
    cut === 0 ? 'History' : `History: the last ${shown.length} of ${rows.length} verdicts`,
    columns.map((title) => ({ title })),
    cells,
  );
}

function toolOf({ tool, sandbox }: VerdictRow): string {
  return sandbox === '' ? tool : `${tool}, ${sandbox}`;
}

/** Enough of a digest to see whether two are the same; the whole as its title. */
function short(digest: string | undefined): string {
  return digest === undefined ? '' : `<code title="sha256:${digest}">${digest.slice(0, 8)}</code>`;
}
