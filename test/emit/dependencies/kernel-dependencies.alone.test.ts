import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { module, xzFilteredModule, xzModule, xzSha256Module, zstdModule } from './modules.ts';
import { analyse, analyseModules, type Case, file } from './support.ts';

const banner = 'Linux version 6.12.1-wolfi (build@host) #1 SMP\0';

/** A boot image of x86 with its version text at 0x264. */
function bootImage(version: string): Buffer {
  const image = Buffer.alloc(0x300);
  image.write('HdrS', 514);
  image.writeUInt16LE(0x64, 526);
  image.write(version, 0x264);
  return image;
}

/** A PE file with one section. */
function unifiedImage(content: Uint8Array, section = '.linux'): Buffer {
  const header = Buffer.alloc(0x80 + 24 + 112 + 40);
  header.write('MZ');
  header.writeUInt32LE(0x80, 0x3c);
  header.write('PE\0\0', 0x80, 'latin1');
  header.writeUInt16LE(0x8664, 0x84);
  header.writeUInt16LE(1, 0x86);
  header.writeUInt16LE(112, 0x94);
  header.writeUInt16LE(0x20b, 0x98);
  header.write(section, 0x98 + 112);
  header.writeUInt32LE(content.length, 0x98 + 112 + 16);
  header.writeUInt32LE(header.length, 0x98 + 112 + 20);
  return Buffer.concat([header, content]);
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset]! ^= 1;
  return copy;
}

/** The header of an xz stream with some kind of check. */
function xzHeaderOf(check: number): Buffer {
  const header = Buffer.concat([xzModule.subarray(0, 6), Buffer.of(0, check), Buffer.alloc(4)]);
  header.writeUInt32LE(crc32(header.subarray(6, 8)), 8);
  return header;
}

describe('a kernel', () => {
  const zImage = Buffer.concat([Buffer.from('code'), gzipSync(banner), Buffer.from('tail')]);
  const rows: [string, string | Uint8Array, string[]][] = [
    ['says its version', `code${banner}`, ['linux:6.12.1-wolfi']],
    ['says it up to the end of the file', 'Linux version 6.1', ['linux:6.1']],
    ['may say it behind white space', 'Linux version  \t6.1\n', ['linux:6.1']],
    ['says it once: blank is none', `Linux version \0${banner}`, []],
    ['that says something else provides no version', 'Linux version %s\0', ['linux:']],
    ['may be compressed', gzipSync(banner), ['linux:6.12.1-wolfi']],
    ['may be compressed in parts', Buffer.concat([gzipSync('Linux ver'), gzipSync('sion 5\n')]), ['linux:5']],
    [
      'compressed with something behind it is not seen',
      Buffer.concat([gzipSync(banner), Buffer.from('x')]),
      [],
    ],
    [
      'compressed with a wrong check sum is not seen',
      flipped(gzipSync(banner), gzipSync(banner).length - 8),
      [],
    ],
    [
      'with a header of x86 says it there',
      Buffer.concat([bootImage('5.10 #1\0'), Buffer.from(banner)]),
      ['linux:5.10'],
    ],
    [
      'with a blank text there says it elsewhere',
      Buffer.concat([bootImage(' \0'), Buffer.from(banner)]),
      ['linux:6.12.1-wolfi'],
    ],
    ['may be in a unified image', unifiedImage(bootImage('5.10 #1\0')), ['linux:5.10']],
    ['in another section is searched as a whole', unifiedImage(bootImage('5.10 #1\0'), '.other'), []],
    ['of ARM is compressed inside', zImage, ['linux:6.12.1-wolfi']],
    [
      'of ARM must end its text inside',
      Buffer.concat([gzipSync('Linux version 5').subarray(0, -3), Buffer.from('\n')]),
      [],
    ],
  ];
  for (const [name, content, expected] of rows) {
    it(name, () => assert.deepEqual(analyse({ 'boot/x/vmlinuz': file(content) }).provides, expected));
  }

  it('of ARM counts since v0.40.3, others since v0.34.2', () => {
    const provided = (content: string | Uint8Array, version: string) =>
      analyse({ 'boot/vmlinuz': file(content) }, { version }).provides.length;
    assert.equal(provided(zImage, 'v0.40.2'), 0);
    assert.equal(provided(zImage, 'v0.40.3'), 1);
    assert.equal(provided(banner, 'v0.34.1'), 0);
    assert.equal(provided(banner, 'v0.34.2'), 1);
  });

  it('lies below boot or beside its modules', () => {
    const paths = ['boot/a', 'usr/lib/modules/6/b', 'lib/modules/6/c', 'bootx/d', 'usr/boot/e'];
    const counts = paths.map((path) => analyse({ [path]: file(banner) }).provides.length);
    assert.deepEqual(counts, [1, 1, 1, 0, 0]);
  });
});

describe('a module', () => {
  const needs = (content: string | Uint8Array, given: Case = {}) =>
    analyse({ 'usr/lib/modules/6/a.ko': file(content) }, given);

  it('needs the kernel it was built for', () => {
    assert.deepEqual(needs(module).runtime, ['linux:6.12.1-wolfi']);
    assert.deepEqual(needs(gzipSync(module)).runtime, ['linux:6.12.1-wolfi']);
  });

  it('is not looked for in boot', () => {
    assert.deepEqual(analyse({ 'boot/a.ko': file(module) }).runtime, []);
  });

  const found = async (content: Uint8Array, given: Case = {}) =>
    analyseModules({ 'lib/modules/6/a.ko.x': file(content) }, given);
  const padding = (length: number) => Buffer.alloc(length);
  const skippable = Buffer.concat([Buffer.from('502a4d1804000000', 'hex'), Buffer.from('skip')]);
  const raw = Buffer.from('vermagic=raw \0');
  const needed = ['linux:6.12.1-wolfi'];
  const rows: [string, readonly Uint8Array[], string[]][] = [
    ['in xz is decompressed', [xzModule], needed],
    ['in xz may be in two streams', [xzModule, xzModule], needed],
    ['in xz may be padded by words', [xzModule, padding(8)], needed],
    ['in xz and padded otherwise is given up', [xzModule, padding(3), raw], []],
    ['in xz with something behind it is given up', [xzModule, raw], []],
    ['in xz that is cut off is given up', [xzModule.subarray(0, -1)], []],
    ['in xz that is damaged inside is given up', [flipped(xzModule, 60), raw], []],
    ['in xz behind a branch filter is given up', [xzFilteredModule], []],
    ['in xz with a damaged header is searched as it is', [flipped(xzModule, 8), raw], ['linux:raw']],
    ['in xz with an unknown check is searched as it is', [xzHeaderOf(2), raw], ['linux:raw']],
    ['in zstd is decompressed', [zstdModule], needed],
    ['in zstd may be in two frames', [zstdModule, zstdModule], needed],
    ['in zstd may have a frame to be skipped before it', [skippable, zstdModule], needed],
    ['in zstd with something behind it is searched as it is', [zstdModule, raw], ['linux:raw']],
    ['in zstd that is cut off is searched as it is', [zstdModule.subarray(0, -1)], []],
    ['in zstd that is damaged is searched as it is', [flipped(zstdModule, 5), raw], ['linux:raw']],
    ['in gzip with something behind it is given up', [gzipSync(module), raw], []],
  ];
  for (const [name, parts, expected] of rows) {
    it(name, async () => {
      const { runtime, skipped } = await found(Buffer.concat(parts));
      assert.deepEqual([runtime, skipped], [expected, []]);
    });
  }

  it('in xz with SHA-256, which is not read here, is noted', async () => {
    const { runtime, skipped } = await found(xzSha256Module);
    assert.deepEqual(runtime, []);
    assert.deepEqual(skipped, [{ path: 'lib/modules/6/a.ko.x', reason: 'not-decompressed' }]);
  });

  it('in zstd with a dictionary or a window beyond reason is noted', async () => {
    for (const start of ['28b52ffd21010700', '28b52ffd00b0000000']) {
      const { skipped } = await found(Buffer.concat([Buffer.from(start, 'hex'), padding(32)]));
      assert.deepEqual(skipped, [{ path: 'lib/modules/6/a.ko.x', reason: 'not-decompressed' }], start);
    }
  });

  it('that is compressed is not a kernel', async () => {
    for (const content of [xzModule, zstdModule]) assert.deepEqual((await found(content)).provides, []);
  });

  it('was not looked at before v0.34.2', async () => {
    assert.deepEqual((await found(xzModule, { version: 'v0.34.1' })).runtime, []);
    assert.deepEqual((await found(xzModule, { version: 'v0.34.2' })).runtime, needed);
  });

  it('with a version that begins differently needs no version', () => {
    assert.deepEqual(needs('vermagic=+6.1 \0').runtime, ['linux:']);
  });
});

describe('compressed files', () => {
  it('of very many members end the analysis', () => {
    const members = Buffer.concat(Array<Buffer>(65_537).fill(gzipSync('')));
    assert.throws(() => analyse({ 'boot/a': file(members) }), { code: 'build-limit' });
  });

  it('truncated anywhere never fail', () => {
    const whole = gzipSync(banner);
    for (let length = 0; length < whole.length; length++) {
      assert.deepEqual(analyse({ 'boot/a': file(whole.subarray(0, length)) }).provides.length, 0);
    }
  });
});
