/** The pages of docs/ as a site that opens from its folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromiumProgram, type Reader, startReader } from '../support/browser.ts';
import { makeFolder } from '../support/folder.ts';
import { root, skipUnless } from '../support/lab.ts';
import { axeScript } from '../support/packages.ts';
import { isThorough } from '../support/thorough.ts';

const allViews = [
  ['guides/verifier.html', 'dark', 390],
  ['index.html', 'light', 1280],
  ['commands.html', 'light', 1280],
] as const;

describe('the site of the documentation', () => {
  let folder: string;
  let files: ReadonlyMap<string, string>;

  function written(name: string): Map<string, string> {
    const to = join(folder, name);
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/docs.mjs'), to], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const names = readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((each) => each.includes('.'));
    return new Map(names.sort().map((each) => [each, readFileSync(join(to, each), 'utf8')]));
  }
  before(() => {
    folder = makeFolder();
    files = written('site');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has a page for each page of docs/, for every command and for every schema, and comes out the same twice', () => {
    const sources = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
    for (const source of sources.filter((name) => name.endsWith('.md')))
      assert.ok(
        files.has(
          source
            .toLowerCase()
            .replace(/readme\.md$/, 'index.md')
            .replace('.md', '.html'),
        ),
        source,
      );
    const commands = files.get('commands.html')!;
    for (const words of ['verify', 'policy-add', 'sweep-plan'])
      assert.ok(commands.includes(`<h2 id="${words}">`));
    assert.ok(commands.includes('<code>--key &lt;file|url&gt;</code>'));
    for (const schema of sources.filter((name) => name.endsWith('.json')))
      assert.ok(files.has(schema), schema);
    assert.deepEqual(written('again'), files);
  });

  it('links only to files and places that it has, and names no other address but those that a page links to', () => {
    const ids = new Map(
      [...files].map(([name, text]) => [
        name,
        new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
      ]),
    );
    let links = 0;
    for (const [name, text] of files)
      for (const [, href] of text.matchAll(/<a [^>]*href="([^"]*)"/g)) {
        if (/^https:/.test(href!)) continue;
        links += 1;
        const [path = '', id] = href!.split('#');
        const to = path === '' ? name : posix.join(posix.dirname(name), path);
        assert.ok(files.has(to), `${name} links to ${href}`);
        if (id !== undefined) assert.ok(ids.get(to)!.has(id), `${name} links to ${href}`);
      }
    assert.ok(links > 5000);
    for (const [name, text] of files)
      assert.doesNotMatch(text, /<(?:link|img|iframe|script)[^>]* (?:href|src)=/, name);
  });

  describe('in Chromium', {
    skip: skipUnless(chromiumProgram, 'no Chromium on this machine (get it: apt-get install chromium)'),
  }, () => {
    let reader: Reader;
    before(async () => {
      reader = await startReader(chromiumProgram!);
    });
    after(() => reader?.close());

    it('finds what is typed, from any page, without a server', async () => {
      const { page, complaints } = await reader.visit(join(folder, 'site/guides/verifier.html'));
      await page.fill('input[name=q]', 'umask');
      await page.press('input[name=q]', 'Enter');
      await page.waitForSelector('#results a');
      assert.match(page.url(), /search\.html\?q=umask$/);
      const first = await page.getAttribute('#results li:first-child a', 'href');
      assert.equal(first, 'differences/umask.html');
      await page.fill('input[name=q]', 'xyzzyqwv');
      assert.equal(await page.textContent('#count'), '0 found');
      assert.deepEqual(
        complaints.filter((each) => !each.startsWith('file:')),
        [],
      );
      await page.close();
    });

    it('has nothing to complain of for those who cannot see it or have a narrow screen, light or dark', async () => {
      const views = isThorough ? allViews : allViews.slice(0, 1);
      for (const [file, colorScheme, width] of views) {
        const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
        const { page } = await reader.visit(join(folder, 'site', file), '', options);
        assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= width, file);
        await page.evaluate(axeScript());
        const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()');
        assert.deepEqual(
          violations.map(({ id }) => id),
          [],
        );
        await page.close();
      }
    });
  });
});
