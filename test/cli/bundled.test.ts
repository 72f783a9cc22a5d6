/** The command line as it is published: bundled, complete, and the same from the same sources. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeTenStatements } from '../support/attestations.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab, program, root } from '../support/lab.ts';

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

describe('what a short call loads', () => {
  /** Writes down which chunks, and which of Node's own modules, a process loaded. */
  const hook = `process.on('exit', () => require('fs').writeFileSync(process.env.LOADED, JSON.stringify({
    chunks: Object.keys(require.cache).filter((each) => each.includes('/dist/bin/')),
    builtin: process.moduleLoadList.map((each) => each.replace(/^\\w+ /, '')),
  })));`;
  const costly = ['child_process', 'dns', 'fs/promises', 'http', 'http2', 'https', 'tls', 'worker_threads'];
  const tiny = join(lab, 'repository/v0.59.1/x86_64/meta-only-0-r0.apk');
  /** The most chunks, and the most KiB of them, that a call may load; a tenth above what it loads. */
  const calls: Readonly<
    Record<string, readonly [argv: readonly string[], chunks: number, kibibytes: number]>
  > = {
    '--version': [['--version'], 3, 10],
    '--help': [['--help'], 19, 172],
    'diff of two equal packages': [['diff', tiny, tiny], 41, 172],
    'inspect of a tiny package': [['inspect', tiny], 77, 825],
    'verify-attestation of ten statements': [
      ['verify-attestation', '--trust', 'trust.yaml', '--require', '5', 'statements'],
      29,
      425,
    ],
  };

  it('is bounded, and nothing of the network, of threads or of other programs is among it', async (test) => {
    const cwd = temporaryFolder(test);
    await writeTenStatements(cwd);
    const [hooked, loaded] = [join(cwd, 'hook.cjs'), join(cwd, 'loaded.json')];
    writeFileSync(hooked, hook);
    for (const [name, [argv, mostChunks, mostKibibytes]] of Object.entries(calls)) {
      // A variable of the program makes it read settings as well.
      const env = { PATH: process.env['PATH'], HOME: cwd, LOADED: loaded };
      const { status, stderr } = spawnSync(process.execPath, ['-r', hooked, program, ...argv], { cwd, env });
      assert.equal(status, 0, `${name}: ${stderr}`);
      const { chunks, builtin } = JSON.parse(readFileSync(loaded, 'utf8'));
      const kibibytes = chunks.reduce((sum: number, each: string) => sum + statSync(each).size, 0) / 1024;
      assert.ok(chunks.length > 0 && chunks.length <= mostChunks, `${name}: ${chunks.length} chunks`);
      assert.ok(kibibytes <= mostKibibytes, `${name}: ${Math.round(kibibytes)} KiB`);
      assert.deepEqual(
        costly.filter((each) => builtin.includes(each)),
        [],
        name,
      );
    }
  });
});

describe('a chunk that loads late', () => {
  /** Evaluates the chunk as rewritten; what it gave, and what was loaded until then. */
  async function evaluated(code: string) {
    const { loadLate } = await import(pathToFileURL(join(root, 'scripts/late-loading.mjs')).href);
    const loaded: string[] = [];
    const modules: Record<string, unknown> = {
      one: { add: (a: number) => a + 1, Made: class {}, of: { it: 7 } },
    };
    const load = (name: string) => {
      loaded.push(name);
      return modules[name] ?? {};
    };
    const rewritten: string = loadLate(code);
    return { value: new Function('require', rewritten)(load), loaded };
  }

  const cases: Readonly<Record<string, readonly [code: string, value: unknown, loaded: readonly string[]]>> =
    {
      'loads nothing that is not used': ['const x = require("one");\nreturn 1;', 1, []],
      'loads once where it is used': ['const x = require("one");\nreturn (0, x.add)(x.add(1));', 3, ['one']],
      'loads what is used in a function when that is called': [
        'let x = require("one");\nconst f = () => x.of.it;\nreturn 2;',
        2,
        [],
      ],
      'makes what it makes with new': [
        'const x = require("one");\nreturn new x.Made() instanceof x.Made;',
        true,
        ['one'],
      ],
      'leaves members of the same name alone': [
        'const x = require("one");\nreturn { x: { x: 3 } }.x.x;',
        3,
        [],
      ],
      'loads at once what is handed on as a whole': [
        'const x = require("one");\nconst f = () => g(x);\nreturn 4;',
        4,
        ['one'],
      ],
      'loads at once where the name also means something else': [
        'const x = require("one");\nconst f = (x) => x.of;\nreturn f({ of: 5 });',
        5,
        ['one'],
      ],
    };
  for (const [name, [code, value, loaded]] of Object.entries(cases))
    it(name, async () => assert.deepEqual(await evaluated(code), { value, loaded }));
});
