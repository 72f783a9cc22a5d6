import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { renderDiffHtml } from '../../src/report/html/diff-page.ts';
import { renderHtml } from '../../src/report/html/html-report.ts';
import type { RunResult } from '../../src/verdict/result.ts';
import { chromiumProgram, type Reader, startReader } from '../support/browser.ts';
import { skipUnless } from '../support/lab.ts';
import { axeScript } from '../support/packages.ts';
import { everything, hostile, hostileStrings, manyDifferences } from '../support/runs.ts';

const skip = skipUnless(chromiumProgram, 'no Chromium on this machine (get it: apt-get install chromium)');

describe('results as HTML in Chromium', { skip }, () => {
  let reader: Reader;
  before(async () => {
    reader = await startReader(chromiumProgram!);
  });
  after(() => reader?.close());

  async function open(result: RunResult, options: BrowserContextOptions = {}): Promise<Page> {
    return (await reader.open(renderHtml(result), options)).page;
  }

  const counted = (page: Page) => page.textContent('#count');
  async function untilCount(page: Page, wanted: string): Promise<void> {
    // Patience: no machine is so slow.
    const deadline = performance.now() + 60_000;
    while ((await counted(page)) !== wanted && performance.now() < deadline) await page.waitForTimeout(20);
    assert.equal(await counted(page), wanted);
  }

  it('open without a complaint and load nothing', async () => {
    for (const make of [everything, hostile]) {
      const { page, complaints } = await reader.open(renderHtml(make()));
      await page.click('#unfold');
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });

  it('open as quietly where two sides were compared by themselves, and filter', async () => {
    const [first] = everything().packages.filter(({ verdict }) => verdict.kind === 'not-reproduced');
    const { verdict } = first!;
    assert.ok(verdict.kind === 'not-reproduced');
    const names = { published: hostileStrings['script']!, rebuilt: hostileStrings['attribute']! };
    const { comparison } = verdict;
    const { page, complaints } = await reader.open(
      renderDiffHtml([{ ...names, kind: 'packages', comparison }]),
    );
    assert.deepEqual(complaints, []);
    const all = await page.locator('li.d:visible').count();
    await page.fill('#words', 'BUILD-DATE');
    await untilCount(page, `1 of ${all} differences shown`);
    assert.equal(await page.evaluate(`'hacked' in globalThis`), false);
    await page.close();
  });

  it('run no script of a package', async () => {
    const page = await open(hostile());
    await page.click('#unfold');
    assert.equal(await page.evaluate(`'hacked' in globalThis`), false);
    assert.equal(
      await page
        .locator(
          'img, a:not([href^="#p"], [href^="https://wolfi-repro.invalid/v"]), iframe, object, [onfocus], [onerror]',
        )
        .count(),
      0,
    );
    const names = await page.locator('h2 code').allTextContents();
    assert.ok(names.includes(hostileStrings['script']!));
    assert.ok(names.includes(hostileStrings['entity']!));
    await page.close();
  });

  it('filter by kind, cause and path, and say how many are left', async () => {
    const page = await open(manyDifferences(40));
    assert.equal(await counted(page), '40 of 40 differences shown');
    await page.uncheck('input[name=cause][value=none]');
    await untilCount(page, '4 of 40 differences shown');
    assert.equal(await page.locator('li.d:visible').count(), 2);
    await page.uncheck('input[name=cause][value=timestamp]');
    await untilCount(page, '2 of 40 differences shown');
    await page.check('input[name=cause][value=none]');
    await page.check('input[name=cause][value=timestamp]');
    await page.uncheck('input[name=kind][value=mtime]');
    await page.fill('#words', 'Module_3.PY');
    await untilCount(page, '1 of 40 differences shown');
    await page.close();
  });

  it('filter by verdict, where what a policy or a baseline lets pass is not among what is not reproduced', async () => {
    const page = await open(everything());
    await page.uncheck('input[name=verdict][value=not-reproduced]');
    await untilCount(page, '3 of 27 differences shown');
    assert.equal(await page.locator('.package:visible').count(), 7);
    await page.close();
  });

  it('begin with a table, worst first, that leads to each package and opens it; one is open at first', async () => {
    const page = await open(everything());
    assert.equal(await page.locator('main > section > details[open]').count(), 1);
    const verdicts = await page.locator('table.all tbody tr td:first-child').allTextContents();
    assert.deepEqual(verdicts, await page.locator('main > section h2 > span').allTextContents());
    assert.deepEqual([verdicts[0], verdicts.at(-1)], ['no verdict', 'reproduced']);
    await page.click('table.all a >> text=nr-wallclock');
    assert.equal(await page.locator('#p3 > details[open]').count(), 1);
    await page.close();
  });

  it('count what is shown in one way everywhere', async () => {
    for (const make of [everything, () => manyDifferences(500)]) {
      const page = await open(make());
      const numbers = async (selector: string) =>
        (await page.locator(selector).allTextContents()).map((text) => Number(/[0-9]+/.exec(text)?.[0]));
      const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
      const total = sum(await numbers('main h3'));
      assert.equal(await counted(page), `${total} of ${total} differences shown`);
      const kinds = await page.locator('fieldset:has([name=kind]) label').allTextContents();
      assert.equal(sum(kinds.map((text) => Number(/\((\d+)\)$/.exec(text)![1]))), total);
      const rows = await page
        .locator('li.d')
        .evaluateAll((items) =>
          items.map((item) =>
            Number((item as unknown as { dataset: { count?: string } }).dataset.count ?? 1),
          ),
        );
      assert.equal(sum(rows), total);
      await page.close();
    }
  });

  it('can be used with the keyboard alone', async () => {
    const page = await open(everything());
    const focused = async () => (await page.locator(':focus').textContent()) ?? '';
    await page.focus('#fold');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('main details[open]').count(), 0);
    await page.focus('main summary');
    for (const verdict of [/^rejected/, /^not reproduced/]) {
      await page.keyboard.press('ArrowDown');
      assert.match(await focused(), verdict);
    }
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('main details[open]').count(), 1);
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(), /^control/);
    await page.keyboard.press('ArrowLeft');
    assert.match(await focused(), /^not reproduced/);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.locator('main details[open]').count(), 0);
    await page.close();
  });

  const looks: Readonly<Record<string, BrowserContextOptions>> = {
    'in light': { colorScheme: 'light' },
    'in the dark': { colorScheme: 'dark' },
    'on a narrow screen': { viewport: { width: 360, height: 740 } },
  };
  for (const [name, options] of Object.entries(looks)) {
    it(`pass axe and fit the width ${name}`, async () => {
      const page = await open(everything(), { ...options, bypassCSP: true });
      await page.click('#unfold');
      await page.addScriptTag({ content: axeScript() });
      const { violations, passes } = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeReport> } };
        const report = await axe.run();
        const text = (rule: AxeRule) => `${rule.id}: ${rule.nodes[0]?.html.slice(0, 200) ?? ''}`;
        return { violations: report.violations.map(text), passes: report.passes.map(({ id }) => id) };
      });
      assert.deepEqual(violations, []);
      assert.ok(passes.includes('color-contrast'));
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      await page.close();
    });
  }

  it('show on paper what is folded on the screen, without the filter', async () => {
    const page = await open(everything());
    await page.click('#fold');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('#filter').isVisible(), false);
    assert.ok(((await page.locator('main table').first().boundingBox())?.height ?? 0) > 20);
    await page.close();
  });

  it('stay usable with ten thousand differences', async () => {
    const result = manyDifferences(10_000);
    const page = await open(result);
    await page.fill('#words', 'module_42');
    await untilCount(page, '111 of 10000 differences shown');
    await page.fill('#words', '');
    await untilCount(page, '10000 of 10000 differences shown');
    await page.click('#unfold');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.close();
  });

  it('can be read without a script', async () => {
    const page = await open(everything(), { javaScriptEnabled: false });
    assert.equal(await page.locator('#filter').isVisible(), false);
    assert.ok(await page.getByText('nr-wallclock-1.0.0-r0.apk').first().isVisible());
    await page.click('#p3 summary h2');
    assert.ok(await page.locator('#p3 li.d code').first().isVisible());
    await page.close();
  });
});

interface AxeRule {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

interface AxeReport {
  readonly violations: readonly AxeRule[];
  readonly passes: readonly AxeRule[];
}
