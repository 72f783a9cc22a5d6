import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CauseKind } from '../../../src/compare/cause.ts';
import { findFixes } from '../../../src/explain/fixes/find-fixes.ts';
import type { StepText } from '../../../src/explain/fixes/fixes.ts';
import { cause, difference } from '../../support/results.ts';

const step = (position: string, runs: string): StepText => ({ package: 'hello', position, runs });
const differing = (path: string, kind: CauseKind) => difference('content', path, { causes: [cause(kind)] });

const first = 'mkdir -p out\ndate > out/built\ndate > out/other\n\ngzip -9 out/words\n';
const second = 'date > unrelated\n';
const steps = [step('1', first), step('2.1', second)];
const indented = (text: string) => text.replace(/^(?=.)/gm, '      ');
const recipe = `package:\n  name: hello\npipeline:\n  - runs: |\n${indented(first)}  - pipeline:\n      - runs: |\n${indented(second).replace(/^ {6}/gm, '          ')}vars:\n  a: b\n`;

describe('fixes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-fixes-'));
  after(() => rmSync(folder, { recursive: true }));

  it('are the lines that name the file, and no others', () => {
    const { fixes } = findFixes([differing('usr/built', 'timestamp')], steps, undefined);
    assert.deepEqual(
      fixes.map((each) => [each.cause, each.changes.map(({ position, line, was }) => [position, line, was])]),
      [['timestamp', [['1', 2, 'date > out/built']]]],
    );
  });

  it('are no lines of a document, of a quoted text, of a comment, nor such as continue a command', () => {
    const inside =
      "cat > built <<'EOF'\ndate\nEOF\necho '\ndate\n' > x\n: # don't\n# date\necho \\\ndate\ndate > built\n";
    const { fixes } = findFixes([differing('usr/built', 'timestamp')], [step('1', inside)], undefined);
    assert.deepEqual(
      fixes[0]!.changes.map(({ line }) => line),
      [11],
    );
  });

  it('are the lines of the step that names the file, where the line itself does not', () => {
    const { fixes } = findFixes([differing('usr/share/words.gz', 'timestamp')], steps, undefined);
    assert.deepEqual(
      fixes[0]!.changes.map(({ line }) => line),
      [2, 3],
    );
  });

  it('are words alone where no step is known to make the file, and none where nothing can be done', () => {
    const { fixes, patch } = findFixes(
      [differing('usr/nobody', 'timestamp'), differing('usr/x', 'unknown')],
      steps,
      recipe,
    );
    assert.deepEqual(
      fixes.map((each) => [each.cause, each.changes]),
      [['timestamp', []]],
    );
    assert.equal(patch, undefined);
  });

  it('come with a patch that git takes and that changes these lines alone', () => {
    const differences = [
      differing('usr/built', 'timestamp'),
      differing('usr/words.gz', 'gzip-header'),
      differing('usr/unrelated', 'timestamp'),
    ];
    const { patch } = findFixes(differences, steps, recipe);
    const file = join(folder, '.melange.yaml');
    writeFileSync(file, recipe);
    const { status, stderr } = spawnSync('git', ['apply', '-'], {
      cwd: folder,
      input: patch!,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const expected = recipe
      .replace('date > out/built', 'date -u -d @$SOURCE_DATE_EPOCH > out/built')
      .replace('gzip -9 out', 'gzip -n -9 out')
      .replace('date > unrelated', 'date -u -d @$SOURCE_DATE_EPOCH > unrelated');
    assert.equal(readFileSync(file, 'utf8'), expected);
  });

  it('come without a patch where the text of the step is not in the recipe line by line, or is there twice', () => {
    const built = [differing('usr/built', 'timestamp')];
    const quoted = `pipeline:\n  - runs: ${JSON.stringify(first)}\n`;
    for (const text of [quoted, '', `${recipe}${recipe}`])
      assert.equal(findFixes(built, steps, text).patch, undefined);
  });
});
