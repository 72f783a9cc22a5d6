import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marked, type Token } from 'marked';
import { renderMarkdown } from '../../src/report/markdown-report.ts';
import { isOwnLink } from '../support/own-links.ts';
import { everything, hostile, unlikeDifferences } from '../support/runs.ts';

/** Every token of a document, as a second reader of GitHub Flavored Markdown sees it. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text, { gfm: true }), (token) => void tokens.push(token));
  return tokens;
}

describe('results as Markdown', () => {
  it('begin with the verdict and a table of the packages, worst first', () => {
    const text = renderMarkdown(everything());
    assert.ok(text.startsWith('## wolfi-repro: no verdict\n\n9 packages: 1 no verdict, 1 rejected,'));
    const table = tokensOf(text).find(({ type }) => type === 'table') as unknown as {
      rows: { text: string }[][];
    };
    assert.deepEqual(
      table.rows.map((cells) => cells[0]!.text),
      [
        'no verdict',
        'rejected',
        'not reproduced',
        'not reproduced',
        'build failed',
        'inconclusive',
        'not reproduced but accepted',
        'not reproduced as known',
        'reproduced',
      ],
    );
  });

  it('keep what came out of packages from being markup', () => {
    for (const make of [everything, hostile]) {
      for (const token of tokensOf(renderMarkdown(make())).filter((each) => !isOwnLink(each))) {
        assert.ok(!['link', 'image', 'def', 'hr', 'blockquote'].includes(token.type), token.raw);
        if (token.type === 'heading') assert.match(token.raw, /^## wolfi-repro: [a-z ]+\n*$/);
        if (token.type === 'html') {
          assert.match(
            token.raw,
            /^(<details><summary>[a-z ]+ \([a-z-]+\): <code>[^<>]*<\/code>( <code>[^<>]*<\/code>)?<\/summary>|<\/details>)\s*$/,
          );
        }
        if (token.type === 'text' && !('tokens' in token))
          assert.doesNotMatch(token.raw, /@everyone|hacked|example\.invalid\/z/);
      }
    }
  });

  it('have as many cells in each row of the table as in its head', () => {
    const tables = tokensOf(renderMarkdown(hostile())).filter(({ type }) => type === 'table');
    assert.equal(tables.length, 1);
    const { rows } = tables[0] as unknown as { rows: { text: string }[][] };
    assert.equal(rows.length, hostile().packages.length);
    for (const cells of rows) assert.match(cells[0]!.text, /^[a-z ]+$/);
  });

  it('fit into a comment and say what was cut', () => {
    for (const result of [hostile(), unlikeDifferences(10_000)]) {
      const text = renderMarkdown(result);
      assert.ok(text.length <= 60_000, String(text.length));
      assert.match(text, /… and \d+ more/);
    }
  });
});
