import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { planChanges } from '../../src/status/plan-changes.ts';
import { recipeChanges } from '../../src/status/recipe-changes.ts';
import { packagesByPage } from '../../src/status/site/package-pages.ts';
import { siteFiles } from '../../src/status/site/status-site.ts';
import type { ReadArtifact } from '../../src/status/stored-plans.ts';
import { readStatus } from '../../src/status/sweep-status.ts';
import type { StatedPlan } from '../../src/verdict/stated.ts';
import { chromiumProgram, type Reader, startReader } from '../support/browser.ts';
import { makeFolder } from '../support/folder.ts';
import { askPython, lacksModule } from '../support/python.ts';
import {
  digestOf,
  firstDay,
  type MadeRecords,
  makeJob,
  makeRepository,
  makeRows,
  recordsOf,
} from '../support/sweep-records.ts';
import { isThorough } from '../support/thorough.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

async function pagesOf(
  made: MadeRecords,
  address = '',
  readArtifact: ReadArtifact = async () => undefined,
): Promise<Map<string, string>> {
  const status = await readStatus(recordsOf(made));
  const options = { tool: '0.1.0', address, readArtifact };
  const pages = new Map<string, string>();
  for await (const { path, text } of siteFiles(status, options)) pages.set(path, text);
  return pages;
}

function writePages(to: string, pages: ReadonlyMap<string, string>): string {
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return to;
}

const packages = isThorough ? 25_000 : 250;
const made = makeRepository(packages);

describe('the pages of a site', () => {
  it('are the same bytes in whatever order records come', async () => {
    const few = makeRepository(150);
    const reversed = {
      jobs: few.jobs.toReversed(),
      attempts: few.attempts.toReversed(),
      verdicts: few.verdicts.toReversed(),
    };
    const digests = async (of: MadeRecords) =>
      [...(await pagesOf(of))].map(([path, text]) => [path, sha256(Buffer.from(text))]);
    assert.deepEqual(await digests(reversed), await digests(few));
  });

  it('exist for a sweep in which nothing was judged, and for none at all', async () => {
    const job = makeJob({ origin: 'a', version: '1-r0' });
    const waiting = await pagesOf({ jobs: [job], attempts: [], verdicts: [] });
    assert.match(waiting.get('index.html')!, /0 of 0 judged packages reproduce\. 1 of 1 were/);
    const none = await pagesOf({ jobs: [], attempts: [], verdicts: [] });
    assert.deepEqual(
      [...none.keys()],
      ['packages.html', 'changes.html', 'open.html', 'feed.xml', 'index.html'],
    );
  });

  it('show what was different in the inputs of a build', () => {
    const planOf = (packages: object[], sources: object[]) =>
      ({ environment: { kind: 'recorded', packages }, sources }) as unknown as StatedPlan;
    const gcc = { name: 'gcc', version: '14-r0', sha256: 'a' };
    const make = { name: 'make', version: '4-r0', sha256: 'b' };
    const source = { kind: 'git', repository: 'https://e.example/x', commit: 'c1', reference: '' };
    const changes = planChanges(
      planOf([gcc, make], [source]),
      planOf(
        [
          { ...gcc, sha256: 'z' },
          { name: 'zlib', version: '1-r0', sha256: 'q' },
        ],
        [{ ...source, commit: 'c2' }],
      ),
    );
    assert.deepEqual(changes, {
      environment: [
        { name: 'gcc', before: '14-r0', after: '14-r0' },
        { name: 'make', before: '4-r0', after: '' },
        { name: 'zlib', before: '', after: '1-r0' },
      ],
      sourcesBefore: ['https://e.example/x c1'],
      sourcesAfter: ['https://e.example/x c2'],
    });
  });
});

describe('what was different in a recipe', () => {
  const texts = [
    'package:\n  name: a\npipeline:\n  - runs: |\n      make\n      make install\n',
    'package:\n  name: a\npipeline:\n  - runs: |\n      make CFLAGS="<-O3>"\n      make install\n      date\n',
  ];
  const kept = new Map(texts.map((text) => [sha256(Buffer.from(text)), Buffer.from(text)]));
  const readArtifact = async (digest: Sha256) => kept.get(digest);
  const [was, is] = [...kept.keys()].map((recipe) => ({ recipe })) as [
    { recipe: Sha256 },
    { recipe: Sha256 },
  ];
  const places = [
    { line: 5, before: ['      make'], after: ['      make CFLAGS="<-O3>"'] },
    { line: 7, before: [], after: ['      date'] },
  ];

  it('is the lines of each place, and nothing where one of both is not kept', async () => {
    assert.deepEqual(await recipeChanges(was, is, readArtifact), places);
    assert.deepEqual(await recipeChanges(was, was, readArtifact), []);
    assert.equal(await recipeChanges(was, { recipe: digestOf('lost') }, readArtifact), undefined);
    assert.equal(await recipeChanges({ recipe: undefined }, is, readArtifact), undefined);
  });

  it('stands on the page of a package that stopped reproducing', async () => {
    const jobs = ['1-r0', '2-r0'].map((version) => makeJob({ origin: 'a', version }));
    const verdicts = [
      ...makeRows(jobs[0]!, firstDay, was),
      ...makeRows(jobs[1]!, firstDay + 1, { ...is, verdict: 'not-reproduced', reason: 'content' }),
    ];
    const pages = await pagesOf({ jobs, attempts: [], verdicts }, '', readArtifact);
    const page = [...pages].find(([path]) => path.startsWith('p/'))![1];
    assert.match(
      page,
      /2 places<\/summary>\n<pre>@ line 5\n- {7}make\n\+ {7}make CFLAGS=&quot;&lt;-O3&gt;&quot;\n@ line 7/,
    );
  });
});

describe('the feed', () => {
  const job = (version: string) => makeJob({ origin: 'a', version, names: ['a', 'a-doc'] });
  const wrong = { verdict: 'not-reproduced', reason: 'content' } as const;
  const rows = [
    ...makeRows(job('1-r0'), firstDay),
    ...makeRows(job('2-r0'), firstDay + 1000, wrong),
    ...makeRows(job('3-r0'), firstDay + 2000),
  ];
  const sweep = { jobs: [job('1-r0'), job('2-r0'), job('3-r0')], attempts: [], verdicts: rows };

  it('is read by feedparser: an entry for each build, the last first, with ids that stay', {
    skip: lacksModule('feedparser'),
  }, async () => {
    const program = `
import json, sys, feedparser
def read(path):
    feed = feedparser.parse(path)
    return {'faults': str(feed.get('bozo_exception', '')), 'entries': [[e.id, e.title, e.updated, e.link] for e in feed.entries]}
print(json.dumps([read(path) for path in sys.argv[1:]]))`;
    const paths = [];
    for (const verdicts of [rows.slice(0, 4), rows]) {
      const path = join(folder, `${verdicts.length}.xml`);
      writeFileSync(
        path,
        (await pagesOf({ ...sweep, verdicts }, 'https://status.example/')).get('feed.xml')!,
      );
      paths.push(path);
    }
    const [before, now] = askPython(program, ...paths) as { faults: string; entries: string[][] }[];
    assert.deepEqual([before!.faults, now!.faults], ['', '']);
    assert.deepEqual(
      now!.entries.map(([, title]) => title),
      ['a-3-r0 x86_64 (+1) reproduces', 'a-3-r0 x86_64 (+1) stopped reproducing'],
    );
    assert.equal(now!.entries[1]![0], before!.entries[0]![0]);
    assert.match(now!.entries[0]![3]!, /^https:\/\/status\.example\/p\/[0-9a-f]{2}\.html#x86_64\/a$/);
  });
});

describe('a site opened from disk', { skip: chromiumProgram === undefined && 'no Chromium' }, () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let reader: Reader;
  const total = new Set(
    made.jobs.flatMap(({ architecture, packages: own }) => own.map(({ name }) => `${architecture} ${name}`)),
  ).size;
  const ready = (page: Page) => page.locator('#where:text-matches("^page")').waitFor();
  const at = (page: string) => join(folder, 'site', page);
  before(async () => {
    writePages(join(folder, 'site'), await pagesOf(made));
    reader = await startReader(chromiumProgram!);
  });
  after(() => reader?.close());

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
    return (found as { violations: { id: string }[] }).violations.map(({ id }) => id);
  }

  for (const [page, options] of [
    ['index.html', { colorScheme: 'light' }],
    ['packages.html', { colorScheme: 'dark', viewport: { width: 360, height: 800 } }],
    ['changes.html', { colorScheme: 'dark' }],
    ['open.html', { colorScheme: 'light', viewport: { width: 360, height: 800 } }],
  ] as const satisfies readonly (readonly [string, BrowserContextOptions])[]) {
    // Of pages that are alike in what they are made of, one is looked at.
    if (!isThorough && (page === 'changes.html' || page === 'open.html')) continue;
    it(`can be read by everybody: ${page}`, async () => {
      // Its policy keeps a page from running anything else; axe is put in by the browser.
      const { page: opened, complaints } = await reader.visit(at(page), '', { ...options, bypassCSP: true });
      assert.deepEqual(await violations(opened), []);
      assert.equal(await opened.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      assert.deepEqual(complaints, []);
      await opened.close();
    });
  }

  it('searches, filters, sorts and turns its table, keeps that in its address, and leads to each package', async () => {
    const { page, complaints } = await reader.visit(at('packages.html'));
    const state = () => page.evaluate('[document.getElementById("count").textContent, location.hash]');
    await ready(page);
    await page.keyboard.press('/');
    await page.keyboard.type('doc');
    await page.selectOption('#state', 'not-reproduced');
    const { ranking } = await readStatus(recordsOf(made));
    const bad = ranking.filter(({ name, build }) => `${name} ${build.version}`.includes('doc'));
    await page.locator(`#count:text-is("${bad.length} of ${total} packages")`).waitFor();
    assert.equal(await page.evaluate('location.hash'), '#q=doc&state=not-reproduced');
    await page.locator('th[data-key=name] button').press('Enter');
    assert.equal(await page.locator('th[data-key=name]').getAttribute('aria-sort'), 'ascending');
    const names = await page.locator('tbody a').allTextContents();
    assert.deepEqual(
      names,
      bad
        .map(({ name }) => name as string)
        .sort()
        .slice(0, 100),
    );
    const before = await state();
    await page.reload();
    await ready(page);
    assert.deepEqual(await state(), before);
    await page.locator('tbody a').first().click();
    const shown = page.locator('section.package:visible h2');
    assert.match((await shown.allTextContents()).join(), new RegExp(`^${names[0]}-\\S+ \\S+$`));
    assert.deepEqual(
      complaints.filter((each) => !each.startsWith('file:')),
      [],
    );
    await page.close();
  });

  it('can be read without a script, and every link leads somewhere', async () => {
    const { page } = await reader.visit(at('packages.html'), '', { javaScriptEnabled: false });
    assert.equal(await page.locator('tbody tr').count(), Math.min(100, packages));
    const target = await page.locator('noscript a').count();
    assert.ok(target > 50);
    await page.close();
    const html = (name: string) => readFileSync(at(name), 'utf8');
    for (const name of ['index.html', 'changes.html', 'open.html', 'packages.html']) {
      for (const [, path, anchor] of html(name).matchAll(/href="(p\/[0-9a-f]{2}\.html)#([^"]+)"/g))
        assert.ok(
          html(path!).includes(`<section class="package" id="${anchor}">`),
          `${name}: ${path}#${anchor}`,
        );
    }
  });

  it('runs nothing of what a repository or a worker says', async () => {
    const markup = '</script><img src=x onerror=alert(1)>';
    const said = { melange: markup, sandbox: markup, tool: markup, sbom: markup, caveats: [markup] };
    const repository = `https://e.example/${markup}`;
    const [one, two] = ['1-r0', '2-r0'].map((version) => ({
      ...makeJob({ origin: 'a', version }),
      repository,
      commit: markup,
    }));
    const open = { ...makeJob({ origin: 'b', version: '1-r0' }), repository };
    const rows = [
      ...makeRows(one!, firstDay, said),
      ...makeRows(two!, firstDay + 1, { ...said, verdict: 'not-reproduced', reason: markup }),
      ...makeRows(open, firstDay, { ...said, verdict: 'inconclusive', reason: markup }),
    ];
    const to = writePages(
      join(folder, 'hostile'),
      await pagesOf({ jobs: [one!, two!, open], attempts: [], verdicts: rows }),
    );
    for (const name of ['packages.html', 'p/2c.html', 'index.html', 'open.html', 'changes.html']) {
      const { page, complaints } = await reader.visit(
        join(to, name),
        name === 'packages.html' ? '#sort=__proto__' : '',
      );
      if (name === 'packages.html') await ready(page);
      assert.deepEqual([await page.locator('img, iframe, object').count(), complaints], [0, []], name);
      await page.close();
    }
  });

  it('is there within a second, whatever its size', async () => {
    const times = [];
    const [somePage] = [...packagesByPage((await readStatus(recordsOf(made))).history.packages).keys()];
    const names = ['index.html', 'changes.html', 'open.html', somePage];
    for (const name of ['packages.html', ...(isThorough ? names : [])]) {
      const { page } = await reader.visit(at(name!));
      const painted = await page.evaluate(
        'new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({ type: "paint", buffered: true }))',
      );
      const session = await page.context().newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      times.push([name, Math.round(Number(painted)), Math.round(usedSize / 2 ** 20)]);
      await page.close();
    }
    if (isThorough) process.stderr.write(`first paint in ms, heap in MiB: ${JSON.stringify(times)}\n`);
    // A machine with other work to do takes some times as long.
    for (const [name, painted] of times) assert.ok(Number(painted) < 5000, `${name}: ${painted} ms`);
  });
});
