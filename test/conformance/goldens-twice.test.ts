/** The same goldens twice in a row, several at once, by the real program: as root and as an ordinary user. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type Golden, goldens, lab, program, sharedLab } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { packedSources } from '../support/sources.ts';
import { oneIn } from '../support/thorough.ts';
import { identities } from '../support/users.ts';
import { cache, cannotRebuildFrom, sandbox } from './lab-run.ts';

const named = ['hello-shell', 'meta-only', 'varied', 'scripted', 'manyfiles', 'flint', 'quiver-musl'];
const fromMelange = ['tally', 'libpebble', 'tally-patched'];

const newest = (folder: string, recipes: readonly string[]): Golden[] =>
  goldens(folder).filter(
    ({ melange, recipe }) =>
      melange === 'v0.59.1' && recipes.some((name) => recipe === `recipes/${name}.yaml`),
  );

function filesIn(folder: string | undefined, recipes: readonly string[]): string[] {
  return folder === undefined ? [] : newest(folder, recipes).map(({ file }) => join(folder, file));
}

const files: readonly string[] = [...filesIn(lab, named), ...filesIn(sharedLab, fromMelange)].filter(
  oneIn(9),
);
const wanted = files.filter((file) => cannotRebuildFrom(file) === false);

interface Report {
  readonly packages: readonly { readonly file: string; readonly verdict: string; readonly reason?: string }[];
}

describe('goldens, twice in a row and several at once', {
  skip: cannotRebuildFrom() || (sandbox === 'bubblewrap' ? false : 'an ordinary user needs namespaces'),
  concurrency: false,
}, () => {
  for (const file of files.filter((each) => !wanted.includes(each)))
    it(`are rebuilt: ${basename(file)}`, { skip: cannotRebuildFrom(file) });

  for (const { title, skip, prefix, uid } of identities.filter(
    (each) => each.uid === 0 || each.ids === 'single',
  )) {
    it(`are reproduced ${title}`, { skip: skip || unreadable(prefix) }, (t) => {
      const folder = uid === process.getuid?.() ? cache : temporaryFolder(t);
      if (folder !== cache) chmodSync(folder, 0o777);
      // Root has seen them once in the suite of all goldens.
      for (const turn of uid === 0 ? ['second'] : ['first', 'second']) {
        const report = verifyAll(prefix, folder === cache ? folder : join(folder, 'cache'));
        const others = report.packages.filter(({ verdict }) => verdict !== 'reproduced');
        assert.deepEqual(others, [], turn);
        assert.equal(report.packages.length, wanted.length);
      }
    });
  }
});

/** An ordinary user may not be allowed into the checkout. */
function unreadable(prefix: readonly string[]): string | false {
  if (prefix.length === 0) return false;
  const [command, ...argv] = [...prefix, 'test', '-r', program];
  return spawnSync(command!, argv).status === 0 ? false : 'the checkout is not readable to others';
}

function verifyAll(prefix: readonly string[], folder: string): Report {
  const sources = sharedLab === undefined ? undefined : packedSources();
  const patches = sharedLab === undefined ? [] : ['--source-dir', join(sharedLab, 'recipes/tally-patched')];
  const [command, ...argv] = [
    ...prefix,
    process.execPath,
    program,
    'verify',
    ...['--key', join(lab, 'lab.rsa.pub'), '--repository', labEnvironment!, '--allow-unsigned'],
    ...(sources === undefined ? [] : ['--source-cache', sources.cache]),
    ...patches,
    ...['--jobs', '2', '--format', 'json', '--cache', folder],
    ...wanted,
  ];
  assert.ok(existsSync(program), 'dist is not compiled');
  const { stdout, stderr } = spawnSync(command!, argv, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Report;
}
