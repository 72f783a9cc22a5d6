import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { home } from '../../src/home.ts';
import { diffFormats } from '../../src/report/diff-formats.ts';
import { renderHtml } from '../../src/report/html/html-report.ts';
import { runResult } from '../../src/verdict/result.ts';
import { packages as comparedPackages } from '../support/diff-results.ts';
import { difference, notReproduced } from '../support/results.ts';
import { everything, hostile } from '../support/runs.ts';

describe('results as HTML', () => {
  it('load nothing from outside: no source, no form, no link but to a package of the page and to the pages of this version', () => {
    const result = everything();
    const text = renderHtml(result);
    const links = new RegExp(` href="(#p\\d+|${home}/v[^"]*/docs/[a-z/-]+\\.md[^"]*)"`, 'g');
    assert.ok((text.match(links)?.length ?? 0) > result.packages.length);
    assert.doesNotMatch(text.replace(links, ''), /\b(src|href|action|url)\s*[=(]/);
    assert.doesNotMatch(text.replace(links, '').replace(/example\.invalid/g, ''), /https?:\/\/[^<\s]*[<"]/);
  });

  it('allow nothing but their own style and script', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(
      renderHtml(everything()),
    )?.[1];
    const hash = "'sha256-[A-Za-z0-9+/]{43}='";
    assert.match(
      policy ?? '',
      new RegExp(
        `^default-src 'none'; style-src ${hash}; script-src ${hash}; base-uri 'none'; form-action 'none'$`,
      ),
    );
  });

  it('of thousands of packages show the worst in full, the next in a row, and name all others', () => {
    const run = everything();
    const packages = Array.from({ length: 2000 }, (_, at) => {
      const each = run.packages[at % run.packages.length]!;
      return { ...each, file: `${at}-${each.file}` };
    });
    const text = renderHtml({ ...run, packages });
    const count = (pattern: RegExp) => text.match(pattern)?.length;
    assert.equal(count(/<section class="package"/g), 300);
    assert.equal(count(/<tr data-verdict=/g), 1000);
    const inLists = [...text.matchAll(/<summary>(\d+) more packages: /g)].map(([, number]) => Number(number));
    assert.equal(
      inLists.reduce((sum, each) => sum + each, 0),
      1000,
    );
    const reproduced = packages.findLast(({ verdict }) => verdict.kind === 'reproduced')!;
    assert.ok(text.includes(`\n${reproduced.file}`));
    assert.ok(text.length < 3_000_000);
  });

  it('have less than two megabytes, whatever differs, and count all of it where not all is shown', () => {
    const long = (at: number) => `${'<&"'.repeat(60)}${at}`;
    const differences = Array.from({ length: 40 }, (_, at) =>
      difference('link-target', `usr/share/${long(at)}`, { published: long(at), rebuilt: long(at + 1) }),
    );
    const packages = Array.from({ length: 300 }, (_, at) => notReproduced(differences, `${at}.apk`));
    const pages = [
      renderHtml(runResult(packages)),
      diffFormats.html(packages.map(({ file }) => ({ ...comparedPackages(differences), rebuilt: file }))),
    ];
    for (const text of pages) {
      const bytes = Buffer.byteLength(text);
      assert.ok(bytes <= 2_000_000 && bytes > 1_000_000, String(bytes));
      assert.ok(text.includes('data-total="12000"'));
      assert.equal(
        text.match(/<tr data-verdict=[^\n]*<td>40<\/td>/g)?.length,
        text.match(/<tr data-verdict=/g)?.length,
      );
    }
  });

  it('hold every hostile string as text and none as markup', () => {
    const text = renderHtml(hostile());
    assert.equal(text.match(/<script/g)?.length, 1);
    assert.equal(text.match(/<\/script/g)?.length, 1);
    assert.doesNotMatch(text, /<img|<!--|<!\[CDATA|onfocus="|<textarea/);
  });
});
