import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Apk, controlFile } from '../../src/apk/apk.ts';
import { requireSafeEntries } from '../../src/apk/entry-rules.ts';
import { defaultLimits } from '../../src/apk/limits.ts';
import { pkgInfoValue } from '../../src/apk/pkginfo.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import {
  type ApkParts,
  apkOf,
  directoryOf,
  fileOf,
  linkOf,
  makeKey,
  type Part,
  readParts,
  signatureOf,
  sourceOf,
  tarOf,
} from '../support/apk-builder.ts';
import { codeOf, failure } from '../support/failures.ts';
import { goldens, lab } from '../support/lab.ts';
import { lacks } from '../support/programs.ts';

const key = makeKey('test.rsa.pub');
const recipe: Part = { name: '.melange.yaml', content: 'package:\n  name: sample\n' };
const data = [directoryOf('usr'), fileOf('usr/file', 'content'), linkOf('usr/link', 'file')];
const usual: ApkParts = { control: [recipe], data, key };

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('sections have exact ranges, digests of both forms and their entries, in pieces of any size', async () => {
  const bytes = apkOf(usual);
  const whole = await readApk(sourceOf(bytes));
  const { signature, control, data: section } = whole;
  assert.deepEqual(
    [signature!.start, signature!.end, control.end, section.end],
    [0, control.start, section.start, bytes.length],
  );
  for (const each of [signature!, control, section]) {
    const member = bytes.subarray(each.start, each.end);
    assert.equal(each.sha256, sha256Of(member));
    assert.equal(each.tarSha256, sha256Of(gunzipSync(member)));
  }
  assert.deepEqual(Buffer.from(control.bytes), bytes.subarray(control.start, control.end));
  assert.equal(whole.sha256, sha256Of(bytes));
  assert.equal(pkgInfoValue(control.pkginfo, 'datahash'), section.sha256);
  assert.deepEqual(
    signature!.signatures.map(({ keyName }) => keyName),
    ['test.rsa.pub'],
  );
  assert.equal(Buffer.from(controlFile(whole, '.melange.yaml')!).toString(), recipe.content);
  assert.equal(controlFile(whole, '.trigger'), undefined);
  assert.deepEqual(
    section.entries.map(({ name }) => name),
    ['usr', 'usr/file', 'usr/link'],
  );
  assert.equal(section.entries[1]!.sha256, sha256Of(Buffer.from('content')));
  assert.equal(section.entries[1]!.content, undefined);
  for (const size of [1, 2, 100, 511]) assert.deepEqual(await readApk(sourceOf(bytes, size)), whole);
});

test('an unsigned package has no signature section', async () => {
  const { signature, control } = await readParts({});
  assert.deepEqual([signature, control.start], [undefined, 0]);
});

test('contents and the start of the data are kept where that is asked for', async () => {
  const bytes = apkOf(usual);
  const apk = await readApk(sourceOf(bytes), { keep: (path) => path === 'usr/file', headBytes: 600 });
  assert.deepEqual(
    apk.data.entries.map(({ content }) => content && Buffer.from(content).toString()),
    [undefined, 'content', undefined],
  );
  assert.equal(apk.data.head.inflated.length, 600);
  const member = bytes.subarray(apk.data.start);
  assert.deepEqual(Buffer.from(apk.data.head.compressed), member.subarray(0, 600));
  const limits = { ...defaultLimits, keptBytes: 1000 };
  const large = apkOf({ data: [fileOf('small', Buffer.alloc(1000)), fileOf('large', Buffer.alloc(1001))] });
  const { entries } = (await readApk(sourceOf(large), { keep: () => true, limits })).data;
  assert.deepEqual(
    entries.map(({ content }) => content?.length),
    [1000, undefined],
  );
});

test('whoever watches sees .PKGINFO before the first entry of the data, and every entry', async () => {
  const seen: string[] = [];
  await readApk(sourceOf(apkOf(usual)), {
    onControl: (info) => void seen.push(`control ${pkgInfoValue(info, 'pkgname')}`),
    dataSink: {
      entry: ({ name }) => void seen.push(name),
      content: (bytes) => void seen.push(Buffer.from(bytes).toString()),
      entryEnd: () => void seen.push('.'),
    },
  });
  assert.deepEqual(seen, ['control sample', 'usr', '.', 'usr/file', 'content', '.', 'usr/link', '.']);
});

test('files that are not packages are malformed', async () => {
  const [signature, control, section] = membersOf(apkOf(usual)) as [Buffer, Buffer, Buffer];
  const front = (...parts: Part[]) => gzipSync(tarOf(parts, false));
  const cases: [what: string, bytes: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['one section', control],
    ['a signature by itself', signature],
    ['no data section', Buffer.concat([signature, control])],
    ['a section too many', Buffer.concat([signature, control, section, section])],
    ['a section too many, unsigned', Buffer.concat([control, section, section])],
    ['two signature sections', Buffer.concat([signature, signature, control, section])],
    ['the signature behind the control section', Buffer.concat([control, signature, section])],
    ['an empty control section', Buffer.concat([gzipSync(Buffer.alloc(0)), section])],
    ['a control section that is no archive', Buffer.concat([gzipSync(Buffer.from('text')), section])],
    ['a control section without .PKGINFO', Buffer.concat([front(recipe), section])],
    ['a data section that is no archive', Buffer.concat([control, gzipSync(Buffer.from('text'))])],
    [
      '.PKGINFO beside the signature',
      Buffer.concat([front({ name: '.SIGN.RSA256.k' }, { name: '.PKGINFO' }), control, section]),
    ],
    [
      'a signature beside .PKGINFO',
      Buffer.concat([front({ name: '.PKGINFO' }, { name: '.SIGN.RSA256.k' }), section]),
    ],
  ];
  for (const [what, bytes] of cases)
    await assert.rejects(readApk(sourceOf(bytes)), failure('malformed'), what);
});

function membersOf(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex'))
    starts.push(at);
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]));
}

test('a control file that occurs twice is a duplicate', async () => {
  await assert.rejects(readParts({ control: [recipe, recipe] }), failure('duplicate-entry'));
  await assert.rejects(readParts({ control: [{ name: '.PKGINFO' }] }), failure('duplicate-entry'));
});

test('every truncation of a package fails', async () => {
  const bytes = apkOf(usual);
  for (let length = 0; length < bytes.length; length += 7) {
    await assert.rejects(
      readApk(sourceOf(bytes.subarray(0, length))),
      failure('malformed'),
      `cut at ${length}`,
    );
  }
});

test('any package with changed bytes is read, or refused with a code', async () => {
  const bytes = apkOf(usual);
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = Buffer.from(bytes);
      for (const [at, byte] of changes) changed[at] = byte;
      const code = await codeOf(() => readApk(sourceOf(changed)));
      assert.ok([undefined, 'malformed', 'limit-exceeded', 'duplicate-entry'].includes(code), code);
    }),
    { numRuns: 200 },
  );
});

test('reading is bounded in the size of the file and of each section', async () => {
  const limits = { ...defaultLimits, ratio: 100_000 };
  const large: Part = { name: 'large', content: Buffer.alloc(64 * 1024) };
  const cases: [what: string, parts: ApkParts, limits: Partial<typeof defaultLimits>][] = [
    ['file', usual, { fileBytes: 500 }],
    ['control', { control: [large] }, { controlBytes: 60_000, signatureBytes: 0 }],
    ['data', { data: [large] }, { dataBytes: 60_000 }],
    ['ratio', { data: [large] }, { ratio: 10, ratioFloor: 1000 }],
    ['entries', { data: [large, fileOf('a', '')] }, { entries: 1 }],
  ];
  for (const [what, parts, given] of cases) {
    await assert.rejects(
      readParts(parts, { limits: { ...limits, ...given } }),
      failure('limit-exceeded'),
      what,
    );
  }
});

test('a control section of empty deflate blocks does not fill the memory', async () => {
  const emptyBlock = Buffer.from('000000ffff', 'hex');
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('1f8b08000000000000ff', 'hex');
    const blocks = Buffer.concat(Array.from({ length: 13_000 }, () => emptyBlock));
    for (;;) yield blocks;
  }
  const limits = { ...defaultLimits, controlBytes: 1024 * 1024 };
  await assert.rejects(readApk({ name: 'endless', open: endless }, { limits }), failure('limit-exceeded'));
});

test('a file that cannot be read to its end leaves no descriptor open', async () => {
  const path = join(lab, 'repository/v0.59.1/x86_64/manyfiles-0.1.0-r0.apk');
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let count = 0; count < 8; count++) {
    await codeOf(() => readApk(fileSource(path), { limits: { ...defaultLimits, entries: 2 } }));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(descriptors() <= before + 1, `${descriptors()} open, ${before} before`);
});

test('signatures over the control section are those that the file carries', async () => {
  const control = gzipSync(tarOf([{ name: '.PKGINFO', content: 'pkgname = a\n' }], false));
  const bytes = Buffer.concat([signatureOf(control, key, 'RSA'), control, gzipSync(tarOf([]))]);
  const { signature } = await readApk(sourceOf(bytes));
  assert.deepEqual(
    signature!.signatures.map(({ algorithm }) => algorithm),
    ['RSA'],
  );
});

const listed = goldens().filter(({ file }) => /hello-shell|varied-3|modes|scripted-hooks/.test(file));

test('packages of the lab are read as GNU tar lists them', { skip: lacks('tar') }, async () => {
  assert.ok(listed.length >= 12);
  for (const { file } of listed) {
    const bytes = readFileSync(join(lab, file));
    const apk: Apk = await readApk(sourceOf(bytes));
    requireSafeEntries(apk.data.entries);
    const archive = gunzipSync(bytes.subarray(apk.data.start, apk.data.end));
    const argv = ['-t', '--warning=no-unknown-keyword', '--quoting-style=literal'];
    const names = execFileSync('tar', argv, { input: archive }).toString();
    assert.equal(apk.data.entries.map(({ name }) => `${name}\n`).join(''), names, file);
    assert.deepEqual([apk.data.tar.zeroBlocks, apk.control.tar.zeroBlocks], [2, 0], file);
  }
});

test('a package may be out of all proportion up to the size that it states', async () => {
  const limits = { ...defaultLimits, ratio: 10, ratioFloor: 100_000 };
  const zeros = 4_000_000;
  const of = (size: string | undefined): ApkParts => ({
    pkginfo: [
      'pkgname = sample',
      'pkgver = 1.0-r0',
      'arch = x86_64',
      ...(size === undefined ? [] : [`size = ${size}`]),
    ],
    data: [fileOf('usr/zeros', Buffer.alloc(zeros))],
  });
  const cases: [size: string | undefined, expected: string | undefined][] = [
    [String(zeros), undefined],
    [String(10 * zeros), undefined],
    [String(zeros / 2), 'limit-exceeded'],
    ['0', 'limit-exceeded'],
    [undefined, 'limit-exceeded'],
    ['-1', 'limit-exceeded'],
    ['Infinity', 'limit-exceeded'],
    ['9'.repeat(400), 'limit-exceeded'],
  ];
  for (const [size, expected] of cases)
    assert.equal(await codeOf(() => readParts(of(size), { limits })), expected, size);
  const announced = { limits: { ...limits, dataBytes: zeros / 2 } };
  assert.equal(await codeOf(() => readParts(of(String(zeros)), announced)), 'limit-exceeded');
});

test('what this program made is read without bounds, and never counts against a published file', async () => {
  const limits = {
    ...defaultLimits,
    ratio: 1,
    ratioFloor: 0,
    entries: 1,
    fileBytes: 1,
    pathBytes: 1,
    headerBytes: 1,
  };
  const parts = { data: [fileOf('usr/a', 'a'), fileOf('usr/b', Buffer.alloc(100_000))] };
  const bytes = apkOf(parts);
  assert.equal(await codeOf(() => readApk(sourceOf(bytes), { limits })), 'limit-exceeded');
  assert.equal((await readApk({ ...sourceOf(bytes), own: true }, { limits })).data.entries.length, 2);
  const damaged = [apkOf().subarray(0, 40), Buffer.from('none\0'), apkOf({ dataMember: gzipSync('no tar') })];
  for (const each of damaged) {
    assert.equal(await codeOf(() => readApk(sourceOf(each))), 'malformed');
    assert.equal(await codeOf(() => readApk({ ...sourceOf(each), own: true })), 'unsupported');
  }
});
