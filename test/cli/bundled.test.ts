/** The command line as it is published: bundled, complete, and the same from the same sources. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { program, root } from '../support/lab.ts';

const folder = dirname(program);
const contentsOf = (path: string) =>
  new Map(
    readdirSync(path)
      .sort()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );

describe('the bundled command line', () => {
  const files = contentsOf(folder);

  it('loads nothing but its own chunks and what Node has', () => {
    const foreign = [...files].flatMap(([name, text]) =>
      text
        .split('\n')
        .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line))
        .flatMap((line) => [...line.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(([, loaded]) => loaded!))
        .filter((each) => !isBuiltin(each) && !each.startsWith('node:') && !files.has(each.replace('./', '')))
        .map((each) => `${name}: ${each}`),
    );
    assert.deepEqual(foreign, []);
    assert.ok(files.has('wolfi-repro.js') && files.size > 50);
  });

  it('has the licence of each package whose code is in it', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const thirdParty = files.get('THIRD-PARTY')!;
    for (const name of Object.keys(manifest.dependencies))
      assert.match(thirdParty, new RegExp(`^${name} [0-9.]+ \\(`, 'm'));
    assert.equal(
      thirdParty.match(/^-{72}$/gm)!.length + 1,
      thirdParty.match(/^[@\w/-]+ [\d.]+ \(.+\)$/gm)!.length,
    );
  });

  it('comes out the same twice', (context) => {
    const again = temporaryFolder(context);
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/bundle.mjs'), again], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(contentsOf(again), files);
  });
});
