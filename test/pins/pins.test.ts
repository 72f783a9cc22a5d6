import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inWords, judge, type Said } from '../support/exchanges.ts';
import { root } from '../support/lab.ts';
import { lockedNpm } from '../support/locked-packages.ts';
import { tarballBytes } from '../support/npm-packages.ts';
import { packedCommit } from '../support/pack-builder.ts';
import { wheelBytes } from '../support/python-packages.ts';

const hex = (algorithm: string, text: string | Uint8Array) =>
  createHash(algorithm).update(text).digest('hex');
const json = 'application/json';
const object = 'the object';
const { commit, pack } = packedCommit(object);
const sha256 = hex('sha256', object);
const other = 'f'.repeat(40);
const r = 'https://r.example';

const packet = (text: string | Uint8Array) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};
const gitFetch = (wants: readonly string[], sent: Uint8Array): Said => ({
  url: `${r}/o/p.git/git-upload-pack`,
  method: 'POST',
  request: Buffer.concat([
    packet('command=fetch'),
    Buffer.from('0001'),
    ...wants.map((want) => packet(`want ${want}\n`)),
    packet('done\n'),
    Buffer.from('0000'),
  ]),
  body: Buffer.concat([
    packet('packfile\n'),
    packet('\x02progress'),
    packet(Buffer.concat([Buffer.of(1), sent.subarray(0, 30)])),
    packet(Buffer.concat([Buffer.of(1), sent.subarray(30)])),
    Buffer.from('0000'),
  ]),
});
const cargoLock = `[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = "${sha256}"\n`;
const npmLock = JSON.stringify({
  packages: {
    'node_modules/a': {
      version: '1.0.0',
      integrity: `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`,
    },
  },
});
const goMod = 'module a.com/m\n';
/** golang.org/x/mod/sumdb/dirhash, `Hash1`, of the one file. */
const goModLine = (text: string) => {
  const list = `${hex('sha256', text)}  go.mod\n`;
  return `a.com/m v1.0.0/go.mod h1:${createHash('sha256').update(list).digest('base64')}`;
};
const verification = (digests: string) =>
  `<verification-metadata><components><component group="org.g" name="a" version="1"><artifact name="a-1.jar">${digests}</artifact></component></components></verification-metadata>`;

interface Case {
  readonly said: readonly Said[];
  readonly files?: Readonly<Record<string, string>>;
  readonly steps?: Readonly<Record<string, string>>;
  readonly commits?: readonly { commit: string; file: string }[];
  readonly expected: readonly string[];
  readonly conclusion: string;
}

const cases: Readonly<Record<string, Case>> = {
  'a digest in the text of a step': {
    said: [{ url: `${r}/tool.bin`, body: object }],
    steps: { fetch: `echo ${sha256}` },
    expected: ['pinned by fetch'],
    conclusion: 'all-pinned',
  },
  'a digest in the text of a step for this file, and other bytes': {
    said: [{ url: `${r}/tool.bin`, body: 'other' }],
    steps: { fetch: `echo "${sha256}  tool.bin" | sha256sum -c` },
    expected: ['contradicts fetch'],
    conclusion: 'contradicted',
  },
  'MD5 in the text of a step': {
    said: [{ url: `${r}/tool.bin`, body: object }],
    steps: { fetch: `echo "${hex('md5', object)}  tool.bin" | md5sum -c` },
    expected: ['unpinned: weak-pin'],
    conclusion: 'unpinned',
  },
  'nothing at all': {
    said: [{ url: `${r}/install.sh`, body: object }],
    expected: ['unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'a lock file that it contradicts, though a different package has this digest': {
    said: [{ url: `${r}/a/-/a-1.0.0.tgz`, body: 'other' }],
    files: { 'package-lock.json': npmLock },
    steps: { fetch: hex('sha256', 'other') },
    expected: ['contradicts package-lock.json'],
    conclusion: 'contradicted',
  },
  'two lock files that contradict each other': {
    said: [{ url: `${r}/crates/a/a-1.0.0.crate`, body: object }],
    files: { 'Cargo.lock': cargoLock, 'old/Cargo.lock': cargoLock.replace(/[\da-f]{64}/, 'f'.repeat(64)) },
    expected: ['pinned by Cargo.lock and contradicted'],
    conclusion: 'all-pinned',
  },
  'a lock file, where an address leads to a different host': {
    said: [
      {
        url: `${r}/crates/a/1.0.0/download`,
        status: 302,
        headers: { location: 'https://cdn.example/x?y=1' },
      },
      { url: 'https://cdn.example/x?y=1', body: 'other' },
    ],
    files: { 'Cargo.lock': cargoLock },
    expected: ['redirect, chose unpinned', 'contradicts Cargo.lock'],
    conclusion: 'contradicted',
  },
  'an address that leads to itself': {
    said: [{ url: `${r}/a`, status: 302, headers: { location: '/a' } }],
    expected: ['redirect, chose nothing'],
    conclusion: 'nothing-fetched',
  },
  'a tarball that is encoded for the way': {
    said: [{ url: `${r}/a/-/a-1.0.0.tgz`, body: gzipSync(object), headers: { 'content-encoding': 'gzip' } }],
    files: { 'package-lock.json': npmLock },
    expected: ['pinned by package-lock.json'],
    conclusion: 'all-pinned',
  },
  'a part of a file': {
    said: [{ url: `${r}/crates/a/a-1.0.0.crate`, status: 206, body: object }],
    files: { 'Cargo.lock': cargoLock },
    expected: ['unpinned: partial'],
    conclusion: 'unpinned',
  },
  'a module that is not a zip': {
    said: [{ url: `${r}/a.com/m/@v/v1.0.0.zip`, body: object }],
    files: { 'go.sum': 'a.com/m v1.0.0 h1:AAAA\n' },
    expected: ['unpinned: unreadable'],
    conclusion: 'unpinned',
  },
  'a go.mod whose line of go.sum a step writes': {
    said: [{ url: `${r}/a.com/m/@v/v1.0.0.mod`, body: goMod }],
    steps: { fetch: `cat >go.sum <<END\n${goModLine(goMod)}\nEND` },
    expected: ['pinned by fetch'],
    conclusion: 'all-pinned',
  },
  'a go.mod other than the one whose line a step writes': {
    said: [{ url: `${r}/a.com/m/@v/v1.0.0.mod`, body: goMod }],
    steps: { fetch: `echo "${goModLine('module other\n')}" >>go.sum` },
    expected: ['contradicts fetch'],
    conclusion: 'contradicted',
  },
  'a commit of a submodule': {
    said: [{ url: `${r}/o/p.git/info/refs?service=git-upload-pack`, body: '0000' }, gitFetch([commit], pack)],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['references, chose pinned', 'pinned by vendor/p'],
    conclusion: 'all-pinned',
  },
  'commits of which one is not recorded': {
    said: [gitFetch([commit, other], pack)],
    steps: { checkout: `git checkout ${commit}` },
    expected: ['unpinned: commit-not-pinned'],
    conclusion: 'unpinned',
  },
  'a commit, where git compressed its request': {
    said: [gitFetch([commit], pack)].map((said) => ({ ...said, request: gzipSync(said.request!) })),
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['pinned by vendor/p'],
    conclusion: 'all-pinned',
  },
  'a pack that nobody asked for': {
    said: [{ ...gitFetch([commit], pack), request: '\x1fdamaged' }],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'a branch that git asked for by its name': {
    said: [gitFetch([commit], pack)].map((said) => ({
      ...said,
      request: Buffer.concat([
        packet('command=fetch'),
        packet('want-ref refs/heads/main\n'),
        Buffer.from('0000'),
      ]),
    })),
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['unpinned: commit-not-pinned'],
    conclusion: 'unpinned',
  },
  'a commit of which the pack lacks a file': {
    said: [gitFetch([commit], packedCommit(object, 'blob').pack)],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['contradicts vendor/p'],
    conclusion: 'contradicted',
  },
  'a commit, and a pack of a different one': {
    said: [gitFetch([commit], packedCommit('other').pack)],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['contradicts vendor/p'],
    conclusion: 'contradicted',
  },
  'a commit, and what is not a pack': {
    said: [gitFetch([commit], Buffer.from(`PACK\0\0\0\x02\0\0\0\x01${'x'.repeat(100)}`))],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['contradicts vendor/p'],
    conclusion: 'contradicted',
  },
  'references without objects': {
    said: [
      {
        url: `${r}/o/p.git/git-upload-pack`,
        method: 'POST',
        request: Buffer.concat([packet('command=ls-refs\n'), Buffer.from('0000')]),
        body: '0000',
      },
    ],
    expected: ['references, chose nothing'],
    conclusion: 'unpinned',
  },
  'an archive of a pinned commit': {
    said: [{ url: `${r}/o/p/archive/${commit}.tar.gz`, body: object }],
    commits: [{ commit, file: 'vendor/p' }],
    expected: ['unpinned: named-by-commit'],
    conclusion: 'unpinned',
  },
  'a tarball by the zip that yarn makes of it, and other bytes': {
    said: [
      { url: `${r}/high/-/high-1.2.0.tgz`, body: tarballBytes(lockedNpm[1]!) },
      { url: `${r}/@scope/low/-/low-1.0.0.tgz`, body: tarballBytes({ ...lockedNpm[0]!, text: 'tampered' }) },
    ],
    files: { 'yarn.lock': readFileSync(join(root, 'fixtures/locks/yarn-4.lock'), 'utf8') },
    expected: ['pinned by yarn.lock', 'contradicts yarn.lock'],
    conclusion: 'contradicted',
  },
  'a document of npm of which what was chosen is pinned': {
    said: [
      { url: `${r}/a`, type: json, body: '{"name":"a","versions":{}}' },
      { url: `${r}/a/-/a-1.0.0.tgz`, body: object },
    ],
    files: { 'package-lock.json': npmLock },
    expected: ['list, chose pinned', 'pinned by package-lock.json'],
    conclusion: 'all-pinned',
  },
  'a document of npm of which nothing was fetched, and the lock file has the package': {
    said: [{ url: `${r}/a`, type: json, body: '{"name":"a","versions":{}}' }],
    files: { 'package-lock.json': npmLock },
    expected: ['list, chose pinned'],
    conclusion: 'nothing-fetched',
  },
  'a document of npm of which nothing was fetched': {
    said: [{ url: `${r}/a`, type: json, body: '{"name":"a","versions":{}}' }],
    expected: ['list, chose nothing'],
    conclusion: 'unpinned',
  },
  'what npm asks about itself': {
    said: [{ url: `${r}/npm`, type: json, body: '{"name":"npm","versions":{}}' }],
    expected: ['self-check, chose nothing'],
    conclusion: 'nothing-fetched',
  },
  'npm itself, where it is fetched': {
    said: [
      { url: `${r}/npm`, type: json, body: '{"name":"npm","versions":{}}' },
      { url: `${r}/npm/-/npm-1.0.0.tgz`, body: object },
    ],
    expected: ['list, chose unpinned', 'unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'what calls itself a document and lies elsewhere': {
    said: [{ url: `${r}/b`, type: json, body: '{"name":"a","versions":{}}' }],
    expected: ['unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'a script where a list of versions should be': {
    said: [{ url: `${r}/a.com/m/@v/list`, body: '#!/bin/sh\n' }],
    expected: ['unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'what a database of sums says': {
    said: [
      { url: `${r}/sumdb/sum.example/supported` },
      {
        url: `${r}/sumdb/sum.example/lookup/a.com/m@v1.0.0`,
        body: '1\na.com/m v1.0.0 h1:x=\n\ngo.sum database tree\n1\nx=\n',
      },
      { url: 'https://sum.example/tile/8/0/x123/456', body: Buffer.alloc(8192) },
      { url: 'https://sum.example/tile/8/0/001.p/7', body: '#!/bin/sh\n' },
    ],
    expected: [
      'checksum, chose nothing',
      'checksum, chose nothing',
      'checksum, chose nothing',
      'unpinned: no-pin',
    ],
    conclusion: 'unpinned',
  },
  'artifacts of Maven, with digests beside them': {
    said: [
      {
        url: `${r}/maven2/org/g/a/maven-metadata.xml`,
        body: '<metadata><groupId>org.g</groupId></metadata>',
      },
      { url: `${r}/maven2/org/g/a/1/a-1.jar`, body: object },
      { url: `${r}/maven2/org/g/a/1/a-1.jar.sha1`, body: hex('sha1', object) },
    ],
    expected: ['list, chose unpinned', 'unpinned: no-pin', 'checksum, chose unpinned'],
    conclusion: 'unpinned',
  },
  'artifacts of Maven that Gradle verifies': {
    said: [{ url: `${r}/maven2/org/g/a/1/a-1.jar`, body: object }],
    files: { 'gradle/verification-metadata.xml': verification(`<sha256 value="${sha256}"/>`) },
    expected: ['pinned by gradle/verification-metadata.xml'],
    conclusion: 'all-pinned',
  },
  'what Gradle verifies by SHA-1 alone, and other bytes': {
    said: [{ url: `${r}/maven2/org/g/a/1/a-1.jar`, body: 'other' }],
    files: { 'gradle/verification-metadata.xml': verification(`<sha1 value="${hex('sha1', object)}"/>`) },
    expected: ['contradicts gradle/verification-metadata.xml'],
    conclusion: 'contradicted',
  },
  'a crate whose name has capitals, of which nothing was fetched': {
    said: [
      { url: `${r}/index/config.json`, type: json, body: '{"dl":"x"}' },
      { url: `${r}/index/3/a/abc`, body: '{"name":"Abc","vers":"1.0.0","cksum":"x"}\n' },
    ],
    files: { 'Cargo.lock': cargoLock.replace('"a"', '"Abc"') },
    expected: ['layout, chose pinned', 'list, chose pinned'],
    conclusion: 'nothing-fetched',
  },
  'a gem': {
    said: [
      { url: `${r}/info/a`, body: '---\n1.0 |checksum:x\n' },
      { url: `${r}/gems/a-1.0.gem`, body: object },
    ],
    files: { 'Gemfile.lock': `CHECKSUMS\n  a (1.0) sha256=${sha256}\n` },
    expected: ['list, chose pinned', 'pinned by Gemfile.lock'],
    conclusion: 'all-pinned',
  },
  'a wheel that a page of an index listed': {
    said: [
      { url: `${r}/simple/a-b/`, type: 'text/html', body: '<a href="/a_B-1.0.tar.gz">a_B-1.0.tar.gz</a>' },
      { url: `${r}/a_B-1.0.tar.gz`, body: object },
    ],
    files: { 'requirements.txt': `A.b==1 --hash=sha256:${sha256}` },
    expected: ['list, chose pinned', 'pinned by requirements.txt'],
    conclusion: 'all-pinned',
  },
  'one of several files of a version': {
    said: [{ url: `${r}/a-1.0.tar.gz`, body: object }],
    files: { 'requirements.txt': `a==1.0 --hash=sha256:${'f'.repeat(64)} --hash=sha256:${sha256}` },
    expected: ['pinned by requirements.txt'],
    conclusion: 'all-pinned',
  },
  'a list that chose what is pinned and what is not, in either order': {
    said: [
      { url: `${r}/a`, type: json, body: '{"name":"a","versions":{}}' },
      { url: `${r}/a/-/a-2.0.0.tgz`, body: 'other' },
      { url: `${r}/a/-/a-1.0.0.tgz`, body: object },
      { url: `${r}/a/-/a-3.0.0.tgz`, body: 'third' },
      { url: `${r}/a/-/a-1.0.0.tgz?again`, body: object },
    ],
    files: { 'package-lock.json': npmLock },
    expected: [
      'list, chose unpinned',
      'unpinned: no-pin',
      'pinned by package-lock.json',
      'unpinned: no-pin',
      'pinned by package-lock.json',
    ],
    conclusion: 'unpinned',
  },
  'a file of a version that is not the one with these hashes': {
    said: [{ url: `${r}/a-2.0-py3-none-any.whl`, body: wheelBytes({ name: 'a', version: '2.0', time: '' }) }],
    files: { 'requirements.txt': `a==1 --hash=sha256:${sha256}` },
    expected: ['unpinned: no-pin'],
    conclusion: 'unpinned',
  },
  'failures, redirects, signatures and advisories in which an object comes': {
    said: [
      { url: `${r}/a`, status: 404, body: 'x'.repeat(400_000) },
      { url: `${r}/b`, status: 302, headers: { location: '/c' }, body: 'x'.repeat(400_000) },
      { url: `${r}/d.jar.asc`, body: `-----BEGIN PGP SIGNATURE-----${'x'.repeat(200_000)}` },
      { url: `${r}/-/npm/v1/a`, type: json, body: `{"a":"${'x'.repeat(200_000)}"}` },
      { url: `${r}/e`, status: 404 },
    ],
    expected: [...Array(4).fill('unpinned: no-pin'), 'failure, chose nothing'],
    conclusion: 'unpinned',
  },
  'answers that have nothing': {
    said: [
      { url: `${r}/a`, status: 404, body: 'none' },
      { url: `${r}/b`, method: 'HEAD' },
      { url: `${r}/c`, status: 204 },
    ],
    expected: ['failure, chose nothing', 'empty, chose nothing', 'empty, chose nothing'],
    conclusion: 'nothing-fetched',
  },
};

describe('what a build fetched', () => {
  for (const [what, { said, files = {}, steps = {}, commits = [], expected, conclusion }] of Object.entries(
    cases,
  ))
    it(`is judged: ${what}`, async () => {
      const report = await judge(said, files, steps, commits);
      assert.deepEqual(report.exchanges.map(inWords), expected);
      assert.equal(report.conclusion, conclusion);
    });

  it('is suspected in order: what contradicts, what is not pinned, what chose it', async () => {
    const report = await judge(
      [
        { url: `${r}/z`, type: json, body: '{"name":"z","versions":{}}' },
        { url: `${r}/y.sh`, body: 'y' },
        { url: `${r}/x.sh`, body: 'x' },
        { url: `${r}/a/-/a-1.0.0.tgz`, body: 'other' },
      ],
      { 'package-lock.json': npmLock },
    );
    assert.deepEqual(
      report.suspects.map(({ exchange }) => exchange.url.slice(r.length)),
      ['/a/-/a-1.0.0.tgz', '/x.sh', '/y.sh', '/z'],
    );
  });

  it('says which lock files were not read', async () => {
    const report = await judge([], { 'a/Cargo.lock': '[[', 'b/go.sum': 'x\n' });
    assert.deepEqual(report.gaps, [
      { file: 'a/Cargo.lock', problem: 'not-this-format' },
      { file: 'b/go.sum', problem: 'not-this-format' },
    ]);
  });
});
