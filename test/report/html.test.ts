import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { home } from '../../src/home.ts';
import { renderHtml } from '../../src/report/html/html-report.ts';
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

  it('hold every hostile string as text and none as markup', () => {
    const text = renderHtml(hostile());
    assert.equal(text.match(/<script/g)?.length, 1);
    assert.equal(text.match(/<\/script/g)?.length, 1);
    assert.doesNotMatch(text, /<img|<!--|<!\[CDATA|onfocus="|<textarea/);
  });
});
