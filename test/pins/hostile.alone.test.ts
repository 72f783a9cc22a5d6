/** Lock files, addresses and answers that were written to cost time, memory or a wrong word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { contentOf } from '../../src/formats/content.ts';
import { filesOfArchive } from '../../src/pins/archive-files.ts';
import { moduleHash } from '../../src/pins/dirhash.ts';
import { pinParserFor } from '../../src/pins/lock-files.ts';
import { mostOfArchives, Unpacking } from '../../src/pins/unpacking.ts';
import { inWords, judge } from '../support/exchanges.ts';
import { mutated, randomOf } from '../support/mutate.ts';
import { processorMilliseconds } from '../support/processor-time.ts';
import { tarballOf } from '../support/tarball.ts';
import { zipOf } from '../support/zip-builder.ts';

const count = 20_000;
const many = (piece: (at: number) => string, separator = '\n') =>
  Array.from({ length: count }, (_, at) => piece(at)).join(separator);
const mostMilliseconds = 15_000;

const large: readonly (readonly [path: string, what: string, text: string])[] = [
  ['go.sum', 'lines', many((at) => `a.com/m${at} v1.0.0 h1:AAAA`)],
  ['go.sum', 'white space', ' '.repeat(2_000_000)],
  ['Cargo.lock', 'packages', many((at) => `[[package]]\nname = "a${at}"`)],
  ['Cargo.lock', 'dots', `${'a.'.repeat(count)}b = 1`],
  ['Cargo.lock', 'brackets', `a = ${'['.repeat(count)}`],
  [
    'package-lock.json',
    'packages',
    `{"packages":{${many((at) => `"node_modules/a${at}":{"version":"1"}`, ',')}}}`,
  ],
  ['package-lock.json', 'depth', `${'{"dependencies":{"a":'.repeat(count)}`],
  [
    'package-lock.json',
    'a long integrity',
    JSON.stringify({
      packages: { 'node_modules/a': { version: '1', integrity: 'sha512-AA '.repeat(count) } },
    }),
  ],
  [
    'pnpm-lock.yaml',
    'packages',
    `packages:\n${many((at) => `  /a${at}@1.0.0:\n    resolution: {integrity: x}`)}`,
  ],
  ['pnpm-lock.yaml', 'depth', `a: ${'['.repeat(count)}`],
  ['yarn.lock', 'entries', `# yarn lockfile v1\n${many((at) => `a@${at}:\n  version "1"`)}`],
  ['yarn.lock', 'aliases of aliases', `# yarn lockfile v1\n"${'a@npm:'.repeat(count)}b@1":\n  version "1"`],
  ['requirements.txt', 'continued lines', many(() => '--hash=sha256:00 \\')],
  ['requirements.txt', 'brackets', `a${'['.repeat(count)}==1 --hash=sha256:00`],
  ['requirements.txt', 'equal signs', `a${'='.repeat(count)}`],
  ['Gemfile.lock', 'parentheses', `CHECKSUMS\n${many(() => '  a (((( sha256=x')}`],
  ['verification-metadata.xml', 'elements', `<a>${many(() => '<b c="d"/>')}</a>`],
  ['verification-metadata.xml', 'depth', '<a>'.repeat(count)],
  [
    'verification-metadata.xml',
    'entities',
    `<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>${'&b;'.repeat(count)}</a>`,
  ],
  ['gradle-wrapper.properties', 'backslashes', `distributionUrl=${'\\'.repeat(count)}`],
];

describe('a lock file of many', () => {
  for (const [path, what, text] of large)
    it(`is read or refused within its time: ${what} (${path})`, () => {
      const begin = processorMilliseconds();
      pinParserFor(path)!(path, Buffer.from(text));
      assert.ok(processorMilliseconds() - begin < mostMilliseconds);
    });
});

describe('a lock file of chance', () => {
  const names = [
    'go.sum',
    'Cargo.lock',
    'package-lock.json',
    'pnpm-lock.yaml',
    'yarn.lock',
    'requirements.txt',
    'uv.lock',
    'Pipfile.lock',
    'Gemfile.lock',
    'verification-metadata.xml',
    'gradle-wrapper.properties',
  ];
  for (const path of names)
    it(`gives pins with whole digests or none: ${path}`, () =>
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.json(),
            fc.constantFrom('[[package]]', '__proto__ = 1', '{"packages":{"__proto__":{"version":"1"}}}'),
          ),
          (text) => {
            const parsed = pinParserFor(path)!(path, Buffer.from(text));
            return parsed === 'not-this-format' || parsed.every(({ value }) => value !== '');
          },
        ),
        { numRuns: 200 },
      ));
});

describe('addresses of chance', () => {
  it('are judged, whatever is answered', () =>
    fc.assert(
      fc.asyncProperty(
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom(
          '/@v/list',
          '/@latest',
          '/info/refs?service=git-upload-pack',
          '/maven-metadata.xml',
          '/a.tgz',
          '/%2F/-/%FF.tgz',
          '/config.json',
          '/simple/a/',
        ),
        fc.string(),
        fc.constantFrom('application/json', 'text/html', ''),
        async (address, ending, body, type) => {
          const report = await judge([
            { url: new URL(address.replace(/\?.*/, '') + ending).href, body, type },
          ]);
          return report.exchanges.length === 1;
        },
      ),
      { numRuns: 300 },
    ));

  it('that lead in circles end', async () => {
    const circle = Array.from({ length: 500 }, (_, at) => ({
      url: `https://r.example/${at}`,
      status: 302,
      headers: { location: `/${(at + 1) % 500}` },
    }));
    const report = await judge(circle);
    assert.equal(report.conclusion, 'nothing-fetched');
    assert.equal(inWords(report.exchanges[0]!), 'redirect, chose nothing');
  });
});

describe('answers that are small and become large', () => {
  it('are judged within their time', async () => {
    // 100 MB each, 50 GB in all.
    const body = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 1 });
    const said = Array.from({ length: 500 }, (_, at) => ({
      url: `https://r.example/${at}/`,
      type: 'text/html',
      headers: { 'content-encoding': 'gzip' },
      body,
    }));
    const begin = processorMilliseconds();
    const report = await judge(said);
    assert.equal(report.conclusion, 'unpinned');
    assert.ok(processorMilliseconds() - begin < 2 * mostMilliseconds);
  });
});

describe('archives that are small and become large', () => {
  const mebibyte = 1024 * 1024;
  const zip = zipOf({
    'a.com/m@v1.0.0/go.mod': 'module a.com/m\n',
    'a.com/m@v1.0.0/a.go': 'a'.repeat(mebibyte),
  });

  it('are unpacked until what all together may become is used up', () => {
    const archives = new Unpacking(3.5 * mebibyte);
    const hashes = Array.from({ length: 5 }, () => moduleHash(contentOf(zip), archives));
    assert.deepEqual(
      hashes.map((hash) => hash !== undefined),
      [true, true, true, false, false],
    );
  });

  it('count as all that they were allowed where they are damaged', () => {
    const archives = new Unpacking(600 * mebibyte);
    const damaged = Buffer.from(zip);
    damaged[zip.lastIndexOf('PK\x01\x02') + 16]! ^= 1;
    assert.equal(moduleHash(contentOf(damaged), archives), undefined);
    assert.ok(moduleHash(contentOf(zip), archives) !== undefined);
    assert.equal(moduleHash(contentOf(damaged), archives), undefined);
    assert.equal(moduleHash(contentOf(zip), archives), undefined);
  });

  it('are gaps where they are recorded sources', async () => {
    const unpacking = new Unpacking(mebibyte);
    const archive = tarballOf({ 'm/go.sum': 'a'.repeat(0.75 * mebibyte) });
    const read: boolean[] = [];
    for (let at = 0; at < 3; at += 1)
      for await (const file of filesOfArchive('a.tgz', contentOf(archive), unpacking))
        read.push(file.read !== undefined);
    assert.deepEqual(read, [true, false, false]);
  });
});

describe('a zip that was damaged', () => {
  const zip = zipOf({ 'a.com/m@v1.0.0/go.mod': 'module a.com/m\n', 'a.com/m@v1.0.0/a.go': 'package a\n' });
  const whole = moduleHash(contentOf(zip), new Unpacking(mostOfArchives));

  it('has no hash, or that of what is left', () => {
    assert.ok(whole !== undefined);
    const random = randomOf(7);
    let refused = 0;
    for (let run = 0; run < 2000; run += 1) {
      const hash = moduleHash(contentOf(mutated(zip, random)), new Unpacking(mostOfArchives));
      if (hash === undefined) refused += 1;
    }
    assert.ok(refused > 500);
  });

  it('has none where a member is not what the directory says', () => {
    const changed = Buffer.from(zip);
    changed[zip.indexOf('package a')] = 0x50;
    assert.equal(moduleHash(contentOf(changed), new Unpacking(mostOfArchives)), undefined);
  });
});
