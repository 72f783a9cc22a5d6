/** What a step sees, beside what melange showed to the same step: a package that it built, and the tables of docs/melange/step-view.md. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readApk } from '../../src/apk/read-apk.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { rebuild } from '../../src/rebuild.ts';
import { makeFolder } from '../support/folder.ts';
import { fixtures, root } from '../support/lab.ts';
import { cannotRebuild, labOptions, sandbox } from './lab-run.ts';

const published = join(fixtures, 'step-view/sandbox-view-1.0.0-r0.apk');
const page = readFileSync(join(root, 'docs/melange/step-view.md'), 'utf8');
const [, same = '', different = ''] = page.split(/^## .*$/m);
const named = (table: string) =>
  [...table.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map((name) => name[1]!),
  );

/** Contents below `usr/share/view` by their names. */
async function viewOf(path: string): Promise<ReadonlyMap<string, string>> {
  const folder = 'usr/share/view/';
  const { data } = await readApk(fileSource(path), { keep: (name) => name.startsWith(folder) });
  return new Map(
    data.entries
      .filter(({ name, type }) => name.startsWith(folder) && type === '0')
      .map(({ name, content }) => [name.slice(folder.length), Buffer.from(content!).toString()]),
  );
}

const skip =
  cannotRebuild || (sandbox === 'bubblewrap' ? false : 'a change of root shows more of the machine');

describe('what a step sees', { skip, concurrency: false }, () => {
  let melange: ReadonlyMap<string, string>;
  let ours: ReadonlyMap<string, string>;

  const directory = makeFolder();
  after(() => rmSync(directory, { recursive: true, force: true }));

  before(async () => {
    const built = await rebuild(published, { directory, signingKey: undefined }, labOptions());
    [melange, ours] = [await viewOf(published), await viewOf(built.path)];
  });

  it('is written down, all of it', () => {
    assert.deepEqual([...named(same), ...named(different)].sort(), [...melange.keys()].sort());
    assert.deepEqual([...ours.keys()].sort(), [...melange.keys()].sort());
  });

  it('is what melange shows, except for what is written down', () => {
    // The bounds are the caller's, and where no control group bounds memory the score is 1000.
    const ofCaller = ['nofile', 'stack', 'core', 'oom'];
    const equal = named(same).filter((name) => !ofCaller.includes(name));
    assert.deepEqual(
      equal.map((name) => [name, ours.get(name)]),
      equal.map((name) => [name, melange.get(name)]),
    );
    assert.match(ours.get('oom')!, /^(0|1000)\n$/);
  });

  it('has the modes and owners that melange shows, but for what belongs to the kernel', () => {
    const lines = (view: ReadonlyMap<string, string>) => view.get('modes')!.trimEnd().split('\n');
    const ofKernel = (line: string) => line.replace(/ \d+ \d+ (\/proc|\/dev\/\w+)$/, ' $1');
    assert.deepEqual(lines(ours).map(ofKernel), lines(melange).map(ofKernel));
    assert.equal(
      lines(ours).some((line) => line.startsWith('700 0 0 /')),
      true,
    );
  });

  it('has nothing of the machine where melange shows it', () => {
    assert.deepEqual(
      [ours.get('hostname'), ours.get('interfaces'), ours.get('resolv')],
      ['localhost\n', "['lo']\n", ''],
    );
    assert.match(ours.get('status')!, /^Seccomp:\t2$/m);
    assert.match(ours.get('mounts')!, /^\/etc\/resolv\.conf /m);
  });
});
