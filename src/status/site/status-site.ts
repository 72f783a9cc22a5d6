/** The site: every page of it as text, made of one status; the same status gives the same bytes. */
import { sortedUnique } from '../../bytes.ts';
import { largest } from '../../lists.ts';
import type { PackageHistory } from '../package-history.ts';
import { planChanges } from '../plan-changes.ts';
import { recipeChanges } from '../recipe-changes.ts';
import { repositoriesText } from '../status-words.ts';
import { type ReadArtifact, storedPlan } from '../stored-plans.ts';
import type { SweepStatus } from '../sweep-status.ts';
import { atomFeed } from './atom-feed.ts';
import { changesMain } from './changes-page.ts';
import { openMain } from './open-page.ts';
import { overviewMain } from './overview-page.ts';
import { type InputChanges, packagesByPage, packagesMain } from './package-pages.ts';
import { packageLinks } from './package-place.ts';
import { type PageContent, sitePage } from './site-page.ts';
import { tableData, tableMain } from './table-page.ts';
import { tableScript } from './table-script.ts';

export interface SiteOptions {
  /** Version of this program. */
  readonly tool: string;
  /** Where it will be published, with a slash at its end; empty where nobody said. */
  readonly address: string;
  readonly readArtifact: ReadArtifact;
}

export interface SiteFile {
  /** Below the folder of the site, with at most one slash. */
  readonly path: string;
  readonly text: string;
}

/** Yields the files of the site, the first page last: who finds it finds everything that it links to. */
export async function* siteFiles(status: SweepStatus, options: SiteOptions): AsyncGenerator<SiteFile> {
  const { packages } = status.history;
  const repositories = sortedUnique(packages.map(({ repository }) => repository));
  const linkOf = packageLinks(repositories);
  const updated = largest(
    packages.flatMap(({ rows }) => rows.map(({ judgedAt }) => judgedAt)),
    0,
  );
  const made = madeOf(status, updated, options.tool);
  const page = (path: string, content: Omit<PageContent, 'made' | 'base'>): SiteFile => ({
    path,
    text: sitePage({ ...content, made, base: path.includes('/') ? '../' : '' }),
  });
  const changes = await regressionChanges(status, options.readArtifact);
  const details = { repositories, changesOf: (of: PackageHistory) => changes.get(of) };
  for (const [path, own] of packagesByPage(packages))
    yield page(path, {
      title: `Packages, part ${path.slice(2, 4)}`,
      page: 'packages.html',
      main: packagesMain(own, details),
    });
  yield page('packages.html', {
    title: 'Packages',
    page: 'packages.html',
    main: tableMain(packages, linkOf),
    script: tableScript,
    data: { id: 'rows', value: tableData(packages, repositories) },
  });
  yield page('changes.html', { title: 'Changes', page: 'changes.html', main: changesMain(status, linkOf) });
  yield page('open.html', { title: 'Not judged', page: 'open.html', main: openMain(status, linkOf) });
  const facts = { repositories, tool: options.tool, address: options.address, updated };
  yield { path: 'feed.xml', text: atomFeed(status, linkOf, facts) };
  const title =
    repositories.length === 0
      ? 'Nothing swept yet'
      : `How much of ${repositoriesText(repositories)} reproduces`;
  yield page('index.html', { title, page: 'index.html', main: overviewMain(status, linkOf) });
}

function madeOf({ history }: SweepStatus, updated: number, tool: string): string {
  const verdicts = history.packages.reduce((sum, { rows }) => sum + rows.length, 0);
  const last =
    verdicts === 0
      ? ''
      : `, the last of ${new Date(updated).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `Made by wolfi-repro ${tool} of ${verdicts} verdicts on ${history.packages.length} packages${last}.`;
}

/** What was different in the inputs of each regression, where both results and both recipes are kept. */
async function regressionChanges(
  { regressions }: SweepStatus,
  readArtifact: ReadArtifact,
): Promise<ReadonlyMap<PackageHistory, InputChanges>> {
  const changes = new Map<PackageHistory, InputChanges>();
  for (const { of, before, after } of regressions) {
    const was = await storedPlan(before, readArtifact);
    const is = was === undefined ? undefined : await storedPlan(after, readArtifact);
    const plan = was === undefined || is === undefined ? undefined : planChanges(was, is);
    changes.set(of, { plan, recipe: await recipeChanges(before, after, readArtifact) });
  }
  return changes;
}
