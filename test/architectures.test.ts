/** Rules that name an architecture: none is held up by tests of one architecture alone. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { files, read } from './support/imports.ts';
import { root } from './support/lab.ts';

const one = /['"`][^'"`\n]*(x86[-_]64|amd64)[^'"`\n]*['"`]/;
const comments = /\/\*[\s\S]*?\*\/|\/\/.*/g;
/** What names one without a rule: what is usual, and what is an example in a message. */
const ofNoRule = new Set(['flow/complete-run.ts', 'cli/subjects.ts', 'cli/help/examples.ts']);

it('every file with a rule that names x86_64 has tests beside it that name aarch64', () => {
  const lacking = files
    .filter((file) => !ofNoRule.has(file))
    .filter((file) => one.test(read(file).replace(comments, '')))
    .filter((file) => !testsOf(file).some((text) => /aarch64|arm64/.test(text)));
  assert.deepEqual(lacking, []);
});

function testsOf(file: string): string[] {
  const folder = join(root, 'test', dirname(file));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
