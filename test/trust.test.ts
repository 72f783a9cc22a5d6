/** docs/trust.md says nothing that no test would refute: docs/trust-tests.md names a test for each of its sentences. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './support/lab.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Sentences as they are read: paragraphs and points of lists, links by their words, cut behind a full stop or a colon. */
function sentencesOf(page: string): readonly string[] {
  const blocks = page.replace(/^#.*$/gm, '').split(/\n\s*\n|\n(?=- )/);
  return blocks
    .map((block) =>
      block
        .replace(/^\s*- /, '')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((text) => text !== '')
    .flatMap((text) => text.split(/(?<=[.:]) (?=[A-Z`])/));
}

interface Row {
  readonly sentence: string;
  readonly answers: readonly string[];
}

const rows: readonly Row[] = read('docs/trust-tests.md')
  .split('\n')
  .flatMap((line) => {
    const [, sentence, answer] = /^\| (.*?) \| (.*) \|$/.exec(line) ?? [];
    return sentence === undefined || sentence === 'sentence' || sentence === '---'
      ? []
      : [{ sentence, answers: answer!.split('; ') }];
  });

describe('docs/trust-tests.md', () => {
  const sentences = sentencesOf(read('docs/trust.md'));

  it('every sentence of trust.md has exactly one row', () => {
    const wrong = sentences.flatMap((sentence) => {
      const found = rows.filter((row) => sentence.startsWith(row.sentence));
      return found.length === 1 ? [] : [`${found.length} rows: ${sentence}`];
    });
    assert.deepEqual(wrong, []);
  });

  it('every row quotes a sentence of trust.md', () => {
    const idle = rows.filter((row) => !sentences.some((sentence) => sentence.startsWith(row.sentence)));
    assert.deepEqual(
      idle.map(({ sentence }) => sentence),
      [],
    );
  });

  it('every named test exists', () => {
    const missing = rows.flatMap(({ answers }) =>
      answers.filter((answer) => {
        if (/^\*(definition|limit)\*: \S/.test(answer)) return false;
        const [, path = '', name = ''] = /^`([^`]+)` (.+)$/.exec(answer) ?? [];
        return !existsSync(join(root, path)) || !read(path).includes(name);
      }),
    );
    assert.deepEqual(missing, []);
  });

  it('only few sentences have no test', () => {
    const without = rows.filter(({ answers }) => answers.every((answer) => answer.startsWith('*')));
    assert.ok(3 * without.length < rows.length, `${without.length} of ${rows.length}`);
  });
});
