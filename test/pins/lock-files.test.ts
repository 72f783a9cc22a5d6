import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { contentOf } from '../../src/formats/content.ts';
import { pinParserFor } from '../../src/pins/lock-files.ts';
import { parseStepText } from '../../src/pins/step-text.ts';
import { mostOfArchives, Unpacking } from '../../src/pins/unpacking.ts';
import { yarnZipHash } from '../../src/pins/yarn-zip.ts';
import { root } from '../support/lab.ts';
import { lockedByYarn, lockedNpm, lockedPython } from '../support/locked-packages.ts';
import { mutated, randomOf } from '../support/mutate.ts';
import { tarballBytes } from '../support/npm-packages.ts';
import { wheelBytes, wheelName } from '../support/python-packages.ts';
import { tarballOf } from '../support/tarball.ts';

function pinsOf(path: string, content: string | Uint8Array): string[] {
  const parsed = pinParserFor(path)!(path, Buffer.from(content));
  assert.ok(parsed !== 'not-this-format');
  return parsed.map(({ subject, algorithm, value }) => `${subject}: ${algorithm} ${value}`).sort();
}

const digest = (algorithm: string, bytes: Uint8Array) =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('hex')}`;
const tarballs = lockedNpm
  .map((each) => `npm ${each.name} ${each.version}: ${digest('sha512', tarballBytes(each))}`)
  .sort();
const wheelFiles = lockedPython
  .map((each) => `python-file ${wheelName(each)}: ${digest('sha256', wheelBytes(each))}`)
  .sort();
const releases = ['python high-wheel 1.2: ', 'python low-wheel 1: '].map(
  (subject, index) => subject + digest('sha256', wheelBytes(lockedPython[1 - index]!)),
);

/** Made by test/support/make-lock-files.ts: which pins the clients meant is known from what was served. */
const fixtures: readonly (readonly [file: string, as: string, pins: readonly string[]])[] = [
  ['package-lock-1.json', 'package-lock.json', tarballs],
  ['package-lock-3.json', 'npm-shrinkwrap.json', tarballs],
  ['pnpm-lock.yaml', 'pnpm-lock.yaml', tarballs],
  ['yarn-1.lock', 'yarn.lock', tarballs],
  ['uv.lock', 'uv.lock', wheelFiles],
  ['poetry.lock', 'poetry.lock', wheelFiles],
  ['pylock.toml', 'pylock.ci.toml', wheelFiles],
  ['requirements.txt', 'deps/requirements-dev.txt', releases],
  ['Pipfile.lock', 'Pipfile.lock', releases],
];

describe('lock files that their own clients wrote', () => {
  for (const [file, as, expected] of fixtures)
    it(`hold the digests of what was served: ${file}`, () => {
      const pins = pinsOf(`source/${as}`, readFileSync(join(root, 'fixtures/locks', file)));
      assert.deepEqual(
        pins.filter((pin) => !pin.startsWith('address ')),
        expected,
      );
      const addressed = pins.filter((pin) => pin.startsWith('address '));
      assert.ok(
        addressed.every((pin) => expected.some((each) => each.split(': ')[1] === pin.split(': ')[1])),
      );
    });
});

describe('the lock file of yarn 4', () => {
  it('holds the digests of the zips that follow from what was served', async () => {
    const packages = [...lockedNpm, lockedByYarn];
    const zips = packages.map(async (each) => {
      const hash = await yarnZipHash(each.name, contentOf(tarballBytes(each)), new Unpacking(mostOfArchives));
      return `npm ${each.name} ${each.version}: yarn-zip ${hash}`;
    });
    const lockFile = readFileSync(join(root, 'fixtures/locks/yarn-4.lock'));
    assert.deepEqual(pinsOf('yarn.lock', lockFile), (await Promise.all(zips)).sort());
  });

  for (const [what, files] of [
    ['a file twice', { 'package/a': '1', 'package/./a': '2' }],
    ['a file where a folder is', { 'package/a/': '', 'package/a': '2' }],
  ] as const)
    it(`is not followed where a tarball has ${what}`, async () =>
      assert.equal(
        await yarnZipHash('a', contentOf(tarballOf(files)), new Unpacking(mostOfArchives)),
        undefined,
      ));

  it('is not followed where a tarball is damaged', async () => {
    const random = randomOf(13);
    const tarball = tarballBytes(lockedByYarn);
    const whole = await yarnZipHash('odd', contentOf(tarball), new Unpacking(mostOfArchives));
    for (let run = 0; run < 300; run += 1) {
      const hash = await yarnZipHash(
        'odd',
        contentOf(mutated(tarball, random)),
        new Unpacking(mostOfArchives),
      );
      assert.ok(hash === undefined || /^[\da-f]{128}$/.test(hash));
    }
    assert.ok(whole !== undefined);
  });
});

const commit = '0123456789abcdef0123456789abcdef01234567';
const ofCommit = `commit ${commit}: git-commit ${commit}`;
const hex = (length: number) => 'ab'.repeat(length / 2);
const [sha256, sha512, sha1] = [hex(64), hex(128), hex(40)];
const base64 = (text: string) => Buffer.from(text, 'hex').toString('base64');

const written: Readonly<Record<string, readonly [path: string, text: string, pins: readonly string[]]>> = {
  'zips and go.mod files': [
    'go.sum',
    `a.com/m v1.0.0 h1:${base64(sha256)}\na.com/m v1.0.0/go.mod h1:${base64(sha256)}\na.com/m v1.0.0 h9:new\n`,
    [`go a.com/m v1.0.0: go-h1 ${base64(sha256)}`, `go.mod a.com/m v1.0.0: go-h1 ${base64(sha256)}`],
  ],
  'crates, and a git dependency': [
    'Cargo.lock',
    `[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = "${sha256}"\n[[package]]\nname = "g"\nversion = "0.1.0"\nsource = "git+https://h.example/g?rev=1#${commit}"\n`,
    [ofCommit, `crate a 1.0.0: sha256 ${sha256}`],
  ],
  'crates of the first version': [
    'Cargo.lock',
    `[metadata]\n"checksum a 1.0.0 (registry+https://h.example)" = "${sha256}"\n"checksum b 1.0.0 (x)" = "<none>"\n`,
    [`crate a 1.0.0: sha256 ${sha256}`],
  ],
  'several algorithms, an alias, a git dependency': [
    'package-lock.json',
    JSON.stringify({
      packages: {
        '': { name: 'program' },
        'node_modules/a/node_modules/@s/b': {
          version: '1.0.0',
          integrity: `sha1-${base64(sha1)} sha512-${base64(sha512)}?x`,
        },
        'node_modules/alias': { name: 'real', version: '2.0.0', integrity: `sha512-${base64(sha512)}` },
        'node_modules/g': { version: '1.0.0', resolved: `git+ssh://git@h.example/g.git#${commit}` },
      },
    }),
    [
      ofCommit,
      `npm @s/b 1.0.0: sha1 ${sha1}`,
      `npm @s/b 1.0.0: sha512 ${sha512}`,
      `npm real 2.0.0: sha512 ${sha512}`,
    ],
  ],
  'nested dependencies of the first version': [
    'package-lock.json',
    JSON.stringify({
      dependencies: {
        a: {
          version: '1.0.0',
          dependencies: { b: { version: 'npm:c@3.0.0', integrity: `sha512-${base64(sha512)}` } },
        },
        g: { version: `github:o/g#${commit}` },
      },
    }),
    [ofCommit, `npm c 3.0.0: sha512 ${sha512}`],
  ],
  'keys of older versions, tarballs and commits': [
    'pnpm-lock.yaml',
    `packages:\n  /@s/a/1.0.0_react@1.0.0:\n    resolution: {integrity: sha512-${base64(sha512)}}\n  /b@2.0.0(a@1.0.0):\n    resolution: {integrity: sha512-${base64(sha512)}}\n  h.example/g/${commit}:\n    resolution: {commit: ${commit}, repo: 'https://h.example/g', type: git}\n`,
    [ofCommit, `npm @s/a 1.0.0: sha512 ${sha512}`, `npm b 2.0.0: sha512 ${sha512}`],
  ],
  'SHA-1 behind an address, and a git dependency': [
    'yarn.lock',
    `# yarn lockfile v1\n\n\na@^1, a@~1.0:\n  version "1.0.0"\n  resolved "https://r.example/a/-/a-1.0.0.tgz#${sha1}"\n\n"g@git+https://h.example/g":\n  version "0.0.1"\n  resolved "git+https://h.example/g#${commit}"\n`,
    [`address https://r.example/a/-/a-1.0.0.tgz: sha1 ${sha1}`, ofCommit, `npm a 1.0.0: sha1 ${sha1}`],
  ],
  'commits of the later versions': [
    'yarn.lock',
    `__metadata:\n  version: 8\n\n"g@https://h.example/g.git":\n  version: 1.0.0\n  resolution: "g@https://h.example/g.git#commit=${commit}"\n`,
    [ofCommit],
  ],
  'continued lines, markers, extras, addresses and commits': [
    'constraints.txt',
    `# --hash=sha256:${sha256}\nA.b_c[x]==1.0.0 ; python_version > "3" \\\n  --hash=sha256:${sha256} \\\n  --hash sha512:${sha512}\r\nd>=2 --hash=sha256:${sha256}\ne @ https://h.example/e-1.0.zip --hash=sha256:${sha256}\ng @ git+https://h.example/g@${commit}#egg=g\n`,
    [
      `address https://h.example/e-1.0.zip: sha256 ${sha256}`,
      ofCommit,
      `python a-b-c 1: sha256 ${sha256}`,
      `python a-b-c 1: sha512 ${sha512}`,
    ],
  ],
  'older tables of files, and commits': [
    'poetry.lock',
    `[[package]]\nname = "g"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://h.example/g"\nreference = "main"\nresolved_reference = "${commit}"\n[metadata.files]\na = [{file = "a-1.tar.gz", hash = "sha256:${sha256}"}]\n`,
    [ofCommit, `python-file a-1.tar.gz: sha256 ${sha256}`],
  ],
  'files by name or by address, and commits': [
    'pdm.lock',
    `[[package]]\nname = "a"\nversion = "1"\nfiles = [\n  {file = "a-1.tar.gz", hash = "sha256:${sha256}"},\n  {url = "https://h.example/a-1.whl", hash = "sha256:${sha256}"},\n]\n[[package]]\nname = "g"\ngit = "https://h.example/g"\nrevision = "${commit}"\n[metadata.files]\n"old 1.0" = [{file = "old-1.0.zip", hash = "md5:${hex(32)}"}]\n`,
    [
      `address https://h.example/a-1.whl: sha256 ${sha256}`,
      ofCommit,
      `python-file a-1.tar.gz: sha256 ${sha256}`,
      `python-file a-1.whl: sha256 ${sha256}`,
      `python-file old-1.0.zip: md5 ${hex(32)}`,
    ],
  ],
  'gems of several platforms, and revisions': [
    'Gemfile.lock',
    `GIT\n  remote: https://h.example/g\n  revision: ${commit}\n\nGEM\n  specs:\n    a (1.0)\n\nCHECKSUMS\n  a (1.0) sha256=${sha256}\n  a (1.0-x86_64-linux) sha256=${sha256}\n  b (2.0)\n\nBUNDLED WITH\n   2.5\n`,
    [ofCommit, `gem a-1.0-x86_64-linux: sha256 ${sha256}`, `gem a-1.0: sha256 ${sha256}`],
  ],
  'artifacts, what is trusted besides, and no keys': [
    'gradle/verification-metadata.xml',
    `<?xml version="1.0"?><verification-metadata xmlns="https://schema.gradle.org/dependency-verification"><configuration><trusted-keys><trusted-key id="1" group="x"/></trusted-keys></configuration><components><component group="g.h" name="a" version="1"><artifact name="a-1.jar"><md5 value="${hex(32)}"/><sha256 value="${sha256}" origin="x"><also-trust value="${'cd'.repeat(32)}"/></sha256><pgp value="1"/></artifact></component></components></verification-metadata>`,
    [
      `maven-file g.h a 1 a-1.jar: md5 ${hex(32)}`,
      `maven-file g.h a 1 a-1.jar: sha256 ${sha256}`,
      `maven-file g.h a 1 a-1.jar: sha256 ${'cd'.repeat(32)}`,
    ],
  ],
  'the distribution of a wrapper': [
    'gradle/wrapper/gradle-wrapper.properties',
    `#x\ndistributionUrl=https\\://h.example/gradle-8-bin.zip\ndistributionSha256Sum=${sha256}\nwrapperUrl=https://h.example/w.jar\n`,
    [`address https://h.example/gradle-8-bin.zip: sha256 ${sha256}`],
  ],
};

describe('lock files', () => {
  for (const [what, [path, text, expected]] of Object.entries(written))
    it(`pin ${what} (${path})`, () => assert.deepEqual(pinsOf(path, text), expected));

  it('name the place of each pin', () => {
    const parsed = pinParserFor('go.sum')!(
      'src/go.sum',
      Buffer.from(`\na.com/m v1.0.0 h1:${base64(sha256)}\n`),
    );
    assert.ok(parsed !== 'not-this-format');
    assert.deepEqual(parsed[0]!.place, { file: 'src/go.sum', line: 2, entry: 'a.com/m v1.0.0' });
  });

  for (const [path, text] of [
    ['go.sum', 'a.com/m v1.0.0\n'],
    ['Cargo.lock', '[[package'],
    ['package-lock.json', '[]'],
    ['pnpm-lock.yaml', 'a: &x b\nc: *x\n'],
    ['uv.lock', 'a = '],
    ['Pipfile.lock', '{'],
    ['verification-metadata.xml', '<a>'],
  ] as const)
    it(`that are damaged are none: ${path}`, () =>
      assert.equal(pinParserFor(path)!(path, Buffer.from(text)), 'not-this-format'));
});

describe('the text of steps', () => {
  for (const [text, expected] of [
    [
      `echo "${sha256}  a.tar.gz" | sha256sum -c`,
      [`digest ${sha256}: sha256 ${sha256}`, `file a.tar.gz: sha256 ${sha256}`],
    ],
    [`fetch --checksum=sha512:${sha512.toUpperCase()}`, [`digest ${sha512}: sha512 ${sha512}`]],
    [`SUM='${sha256}'`, [`digest ${sha256}: sha256 ${sha256}`]],
    [`git checkout ${commit}`, [ofCommit, `digest ${commit}: sha1 ${commit}`]],
    [`echo 'a.com/m v1.0.0 h1:${base64(sha256)}' >>go.sum`, [`go a.com/m v1.0.0: go-h1 ${base64(sha256)}`]],
    [`\ta.com/m v1.0.0/go.mod h1:${base64(sha256)}`, [`go.mod a.com/m v1.0.0: go-h1 ${base64(sha256)}`]],
    [`h1:${base64(sha256)} a.com/m h1:${base64(sha256)} v1 h1:AAAA=`, []],
    [`x sha256-${base64(sha256)}`, [`digest ${sha256}: sha256 ${sha256}`]],
    [`${hex(62)} ${hex(66)} ${'g'.repeat(64)}`, []],
  ] as const)
    it(`holds digests: ${text.slice(0, 40)}`, () => {
      const parsed = parseStepText('step', text);
      assert.ok(parsed !== 'not-this-format');
      assert.deepEqual(
        parsed.map(({ subject, algorithm, value }) => `${subject}: ${algorithm} ${value}`).sort(),
        expected,
      );
    });
});
