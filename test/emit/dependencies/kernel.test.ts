import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { analyse, type Case, file } from './support.ts';

const banner = 'Linux version 6.12.1-wolfi (build@host) #1 SMP\0';
const module = 'x\0vermagic=6.12.1-wolfi SMP mod_unload \0y';

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

  for (const [algorithm, magic] of [
    ['xz', 'fd377a585a00'],
    ['zstd', '28b52ffd'],
  ] as const) {
    const compressed = Buffer.concat([Buffer.from(magic, 'hex'), Buffer.from('vermagic=raw\0')]);

    it(`compressed with ${algorithm} is noted where nothing can decompress it`, () => {
      assert.deepEqual(needs(compressed).skipped, [
        { path: 'usr/lib/modules/6/a.ko', reason: 'not-decompressed' },
      ]);
    });

    it(`compressed with ${algorithm} goes through what was handed in`, () => {
      const seen: string[] = [];
      const decompress = (name: string, bytes: Uint8Array) => {
        seen.push(name);
        assert.deepEqual(Buffer.from(bytes), compressed);
        return Buffer.from(module);
      };
      assert.deepEqual(needs(compressed, { decompress }).runtime, ['linux:6.12.1-wolfi']);
      assert.deepEqual(seen, [algorithm]);
    });

    it(`damaged as ${algorithm} is ${algorithm === 'xz' ? 'left out' : 'searched as it is'}`, () => {
      const found = needs(compressed, { decompress: () => undefined });
      assert.deepEqual(found.runtime, algorithm === 'xz' ? [] : ['linux:raw']);
    });
  }
});

describe('compressed files', () => {
  it('of very many members end the analysis', () => {
    const members = Buffer.concat(Array<Buffer>(65_537).fill(gzipSync('')));
    assert.throws(() => analyse({ 'boot/a': file(members) }), { code: 'build-limit' });
  });

  it('cut off anywhere never fail', () => {
    const whole = gzipSync(banner);
    for (let length = 0; length < whole.length; length++) {
      assert.deepEqual(analyse({ 'boot/a': file(whole.subarray(0, length)) }).provides.length, 0);
    }
  });
});
