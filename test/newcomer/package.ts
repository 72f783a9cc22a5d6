/** The package for npm: complete, the same from the same files, and as judges of packages and of their types want it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { parse } from 'yaml';
import { home } from '../../src/home.ts';
import { makeFolder } from '../support/folder.ts';
import { root } from '../support/lab.ts';
import { copyOfPackage, type Packed, pack, packedOnce } from '../support/packed.ts';
import { isThorough } from '../support/thorough.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the package for npm', () => {
  let folder: string;
  let packed: Packed;
  before(() => {
    folder = makeFolder();
    packed = packedOnce();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has the command line once, its manual page, the library with its types, and the pages', () => {
    const { paths } = packed;
    for (const path of [
      ...Object.values<string>(manifest.bin),
      ...manifest.man,
      manifest.main,
      manifest.types,
      'dist/bin/package.json',
      'dist/bin/THIRD-PARTY',
      'docs/schema/result-1.json',
      'docs/trust.md',
      'LICENSE',
      'README.md',
    ])
      assert.ok(paths.has(path.replace('./', '')), path);
    for (const path of paths)
      assert.match(path, /^(dist\/(?!cli\/)|docs\/|LICENSE$|README\.md$|package\.json$)/);
  });

  it('has every file that a file of the library loads', () => {
    const missing = [...packed.paths]
      .filter((path) => path.startsWith('dist/') && !path.startsWith('dist/bin/') && path.endsWith('.js'))
      .flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(
          ([, name]) => join(dirname(path), name!),
        ),
      )
      .filter((path) => !packed.paths.has(path));
    assert.deepEqual(missing, []);
  });

  it('holds no time, owner or mode of the machine that packed it', () => {
    const { bytes } = packed;
    // RFC 1952, 2.3: the time and the operating system, which is unknown.
    assert.deepEqual([bytes.readUInt32LE(4), bytes[9]], [0, 255]);
    const headers = headersOf(gunzipSync(bytes));
    assert.equal(headers.length, packed.paths.size);
    for (const { name, mode, owner, time } of headers) {
      assert.ok(['000644', '000755'].includes(mode), `${name} ${mode}`);
      assert.deepEqual([owner, time], ['', 499_162_500], name);
    }
  });

  // The release packs twice as well (scripts/release.mjs).
  if (isThorough)
    it('comes out the same from a copy with other times, another name and another umask', () => {
      const again = pack(copyOfPackage(join(folder, 'copy')), join(folder, 'second'));
      assert.ok(packed.bytes.equals(again.bytes));
    });

  it('is one that publint has nothing to say against', async () => {
    const { bytes } = packed;
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  // Some seconds of a TypeScript of its own; what follows reads the same declarations by ours, in every run.
  if (isThorough)
    it('has types that are found however they are looked for; only a CommonJS file must be of Node that loads ES modules', async () => {
      const data = createPackageFromTarballData(new Uint8Array(packed.bytes));
      const checked = await checkPackage(data, { entrypoints: ['.'] });
      assert.ok(checked.types !== false);
      assert.deepEqual(
        checked.problems.map((problem) => [
          problem.kind,
          'resolutionKind' in problem && problem.resolutionKind,
        ]),
        [['CJSResolvesToESM', 'node16-cjs']],
      );
    });

  it('is used by programs in TypeScript, of ES modules and of CommonJS, whose compiler reads every declaration', () => {
    const own = join(folder, 'program');
    const modules = join(own, 'node_modules');
    mkdirSync(join(modules, '@types'), { recursive: true });
    spawnSync('tar', ['-xzf', packed.file, '-C', modules]);
    symlinkSync('package', join(modules, 'wolfi-repro'));
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    const files = { 'package.json': '{ "type": "module" }', 'a.ts': esProgram, 'b.cts': commonProgram };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
    const options = { module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] };
    writeFileSync(
      join(own, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['a.ts', 'b.cts'] }),
    );
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', own], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
});

/** Headers of ustar (POSIX.1-1988). */
function headersOf(tar: Buffer) {
  const found: { name: string; mode: string; owner: string; time: number }[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    const text = (from: number, length: number) =>
      tar.toString('latin1', at + from, at + from + length).replace(/[\0 ]+$/, '');
    const size = Number.parseInt(text(124, 12), 8);
    const time = Number.parseInt(text(136, 12), 8);
    found.push({ name: text(0, 100), mode: text(100, 8), owner: text(108, 16), time });
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return found;
}

const esProgram = `
import { inspect, type LibraryOptions, type RunResult, reportFormats, verify } from 'wolfi-repro';
import schema from 'wolfi-repro/schema/result-1.json' with { type: 'json' };

const options: LibraryOptions = { keys: ['key.rsa.pub'], repositories: ['./packages'] };
// @ts-expect-error: there is no such option
export const mistyped: LibraryOptions = { repository: ['./packages'] };
const result: RunResult = await verify(['hello-1.0-r0.apk'], options);
const text: string = reportFormats.sarif.render(result);
const [found] = await inspect([text]);
export const origin: string | undefined = found?.claim?.origin;
export const id: string = schema.$id;
`;

const commonProgram = `
import library = require('wolfi-repro');

export const verdict = library.verify([]).then((result) => result.verdict);
`;

describe('a release', () => {
  it('names one home everywhere', () => {
    const { homepage, bugs, repository } = manifest;
    const unit = readFileSync(join(root, 'deploy/wolfi-repro-worker@.service'), 'utf8');
    const documented = /^Documentation=(.*)$/m.exec(unit)![1];
    for (const address of [homepage, bugs.url, repository.url.replace('git+', ''), documented])
      assert.ok(address.startsWith(home), address);
  });

  it('is not made while something has still to be decided', () => {
    const script = join(root, 'scripts/release.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--tag', 'v0', 'release'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /the tag is v0/);
    assert.equal(stderr.includes('placeholder'), home.endsWith('.invalid'));
    assert.ok(!existsSync(join(root, 'release')));
  });

  it('runs actions that are pinned by commit, with no more rights than a step needs, and scripts that there are', () => {
    const text = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8');
    for (const [line] of text.matchAll(/uses: .*/g))
      assert.match(line, /^uses: actions\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    const { permissions, jobs } = parse(text);
    assert.deepEqual(permissions, {});
    assert.deepEqual(jobs.pack.permissions, { contents: 'read' });
    assert.deepEqual(jobs.publish.permissions, { contents: 'write', 'id-token': 'write' });
    for (const [, path] of text.matchAll(/node (scripts\/\S+)/g)) assert.ok(existsSync(join(root, path!)));
    for (const [, script] of text.matchAll(/npm (?:run )?(test|build)\b/g))
      assert.ok(script! in manifest.scripts);
  });
});
