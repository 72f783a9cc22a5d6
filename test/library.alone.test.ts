/** The library as programs call it: the examples of its page, and arguments that cannot be meant. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as library from '../src/index.ts';
import { inspect, lock, rebuild, reportFormats, verify } from '../src/library/entry-points.ts';
import { completeOptions, type LibraryOptions } from '../src/library/library-options.ts';
import { cannotRebuildFrom, helloShell } from './conformance/lab-run.ts';
import { failure } from './support/failures.ts';
import { lab, root } from './support/lab.ts';
import { labEnvironment } from './support/lab-environment.ts';

const page = readFileSync(join(root, 'docs/library.md'), 'utf8');

describe('the examples of docs/library.md', () => {
  const blocks = [...page.matchAll(/```(js|cjs)\n(.*?)```/gs)];
  assert.ok(blocks.length > 5);
  for (const [, kind, code = ''] of blocks) {
    const expected = [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, text]) => text);
    const skip = code.includes(' rebuild(') && cannotRebuildFrom(helloShell);
    it(`print what they say: ${expected}`, { skip }, () => {
      const type = kind === 'cjs' ? 'commonjs' : 'module';
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          '--no-warnings',
          `--input-type=${type}`,
          '--eval',
          code.replace('.cache/lab/environment', labEnvironment ?? ''),
        ],
        {
          cwd: root,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], HOME: root, XDG_CACHE_HOME: join(root, '.cache') },
        },
      );
      assert.equal(stderr, '');
      assert.deepEqual(stdout.trimEnd().split('\n'), expected);
    });
  }
});

it('every function of the library has an example and a docstring, and the page of them is what the code says', () => {
  const examples = [...page.matchAll(/```c?js\n(.*?)```/gs)].map(([, code]) => code).join('');
  const functions = Object.entries(library).filter(
    ([name, value]) => typeof value === 'function' && name !== 'Failure',
  );
  assert.ok(functions.length > 20);
  for (const [name] of functions) assert.match(examples, new RegExp(`\\b${name}\\(`));
  const exported = readFileSync(join(root, 'docs/api.md'), 'utf8');
  for (const name of Object.keys(library))
    assert.match(exported, new RegExp(`^### ${name}\n\n(?!\`\`\`)`, 'm'), `${name} has no docstring`);
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/api.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

describe('an argument that cannot be meant', () => {
  const file = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
  const wrong: readonly (readonly [what: string, call: () => Promise<unknown>])[] = [
    ['one name instead of a list', () => verify(file as never)],
    ['a list of something else', () => inspect([1] as never)],
    ['no name', () => lock(undefined as never)],
    ['no folder', () => rebuild(file, undefined as never)],
    ['options that are a list', () => verify([file], [] as never)],
    ['an option that there is not', () => verify([file], { repository: ['x'] } as LibraryOptions)],
    ['an option of a different kind', () => verify([file], { repositories: 'x' as never })],
    ['a key that does not exist', () => verify([file], { keys: ['no-such.pub'] })],
  ];
  for (const [what, call] of wrong)
    it(`fails with usage: ${what}`, async () => {
      await assert.rejects(call(), failure('usage'));
    });

  it('fails with usage: a report of what is not a result', () => {
    for (const value of ['no JSON', '{}', 3 as never, null as never])
      assert.throws(() => reportFormats.sarif.render(value), failure('usage'));
  });
});

it('what is left out has a default, and what is given stays', () => {
  const { signal } = new AbortController();
  const { keyAddresses, environment, machine, jobs } = completeOptions({
    keys: ['https://example.org/key.rsa.pub'],
    environment: 'nearest',
    jobs: 3,
    cache: '/tmp/cache',
    offline: true,
    signal,
    machine: { threads: 2 },
  });
  assert.deepEqual(
    [keyAddresses, environment, jobs],
    [['https://example.org/key.rsa.pub'], { kind: 'nearest' }, 3],
  );
  assert.deepEqual([machine.cache, machine.threads, machine.signal], ['/tmp/cache', 2, signal]);
  assert.equal(machine.inputs.network.policy.offline, true);
});

it('a saved result is rendered as the result was, whether as text, as bytes or parsed', async () => {
  const result = await verify([join(lab, 'invalid/truncated.apk')]);
  const saved = reportFormats.json.render(result);
  for (const { render } of [reportFormats.sarif, reportFormats.markdown])
    for (const given of [saved, Buffer.from(saved), JSON.parse(saved)])
      assert.equal(render(given), render(result));
});
