import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type GzipMember, type GzipSink, readGzipMembers } from '../../src/apk/gzip-reader.ts';
import { codeOf, failure } from '../support/failures.ts';
import { lacks } from '../support/programs.ts';

interface Read {
  readonly members: readonly GzipMember[];
  readonly inflated: readonly Buffer[];
  readonly compressed: readonly Buffer[];
}

const ample = { limit: 10_000, floor: 1024 * 1024 };

async function read(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit = 1e9,
  ratio = ample,
): Promise<Read> {
  const inflated: Buffer[] = [];
  const compressed: Buffer[] = [];
  const add = (list: Buffer[], bytes: Uint8Array) => {
    list[list.length - 1] = Buffer.concat([list.at(-1)!, bytes]);
  };
  const sink: GzipSink = {
    begin() {
      inflated.push(Buffer.alloc(0));
      compressed.push(Buffer.alloc(0));
      return limit;
    },
    compressed: (bytes) => add(compressed, bytes),
    inflated: (bytes) => add(inflated, bytes),
    end: () => undefined,
  };
  return { members: await readGzipMembers(chunks, sink, ratio), inflated, compressed };
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A member with a given header and any deflate stream. */
function member(content: Uint8Array, header = '1f8b08000000000000ff', deflated?: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([Buffer.from(header, 'hex'), deflated ?? deflateRawSync(content), trailer]);
}

const first = gzipSync(Buffer.from('first member '.repeat(30)));
const second = gzipSync(Buffer.alloc(0));
const third = gzipSync(Buffer.from('third'), { level: 0 });
const file = Buffer.concat([first, second, third]);

test('members are found with their exact ranges, whatever the pieces', async () => {
  const ends = [first.length, first.length + second.length, file.length];
  for (let size = 1; size <= file.length; size++) {
    const { members, inflated, compressed } = await read(cut(file, size));
    assert.deepEqual(
      members.map(({ start, end }) => [start, end]),
      [0, ...ends].slice(0, 3).map((start, index) => [start, ends[index]]),
      `pieces of ${size}`,
    );
    assert.deepEqual(inflated.map(String), ['first member '.repeat(30), '', 'third']);
    assert.deepEqual(Buffer.concat(compressed), file);
  }
});

test('empty pieces change nothing', async () => {
  const pieces = [...cut(file, 3)].flatMap((piece) => [new Uint8Array(0), piece]);
  assert.equal((await read(pieces)).members.length, 3);
});

test('members come back as they were written', async () => {
  const content = fc.uint8Array({ maxLength: 3000 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      async (list, size) => {
        const written = list.map((bytes, index) => gzipSync(bytes, { level: index }));
        const { members, inflated } = await read(cut(Buffer.concat(written), size));
        assert.deepEqual(
          inflated,
          list.map((bytes) => Buffer.from(bytes)),
        );
        assert.deepEqual(
          members.map(({ start, end }) => end - start),
          written.map(({ length }) => length),
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('gzip itself writes what is read, name and time in the header', { skip: lacks('gzip') }, async () => {
  const written = execFileSync('gzip', ['-c'], { input: 'from a pipe' });
  const named = member(
    Buffer.from('x'),
    `1f8b0808${'78563412'}0003${Buffer.from('name.tar\0').toString('hex')}`,
  );
  const { members, inflated } = await read([Buffer.concat([written, named])]);
  assert.deepEqual(inflated.map(String), ['from a pipe', 'x']);
  assert.deepEqual(members[1]!.header, { flags: 8, mtime: 0x12345678, extraFlags: 0, os: 3, length: 19 });
});

test('every optional field of a header is skipped', async () => {
  const cases: [what: string, flags: number, fields: string][] = [
    ['extra field', 4, '0300616263'],
    ['name', 8, '6e00'],
    ['comment', 16, '6300'],
    ['all but a check sum', 28, '01007a6e006300'],
    ['text flag', 1, ''],
  ];
  for (const [what, flags, fields] of cases) {
    const bytes = member(
      Buffer.from('x'),
      `1f8b08${flags.toString(16).padStart(2, '0')}0000000000ff${fields}`,
    );
    for (const size of [1, 7, bytes.length]) {
      const { members } = await read(cut(bytes, size));
      assert.equal(members[0]!.header.length, 10 + fields.length / 2, what);
    }
  }
});

test('a check sum of the header counts', async () => {
  const header = Buffer.from('1f8b08020000000000ff', 'hex');
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc32(header) & 0xffff);
  const right = member(Buffer.from('x'), Buffer.concat([header, sum]).toString('hex'));
  assert.equal((await read([right])).members.length, 1);
  right[10]! ^= 1;
  await assert.rejects(read([right]), failure('malformed'));
});

test('every truncation is malformed and never read as a shorter file', async () => {
  const ends = new Set([first.length, first.length + second.length]);
  for (let length = 1; length < file.length; length++) {
    const run = read(cut(file.subarray(0, length), 11));
    if (ends.has(length)) assert.ok((await run).members.length < 3);
    else await assert.rejects(run, failure('malformed'), `cut at ${length}`);
  }
  assert.deepEqual((await read([])).members, []);
});

test('what is not a member is malformed', async () => {
  const cases: [what: string, bytes: Buffer][] = [
    ['text', Buffer.from('This is no package.')],
    ['garbage behind a member', Buffer.concat([first, Buffer.from('garbage that is long enough')])],
    ['zero bytes behind a member', Buffer.concat([first, Buffer.alloc(512)])],
    ['one byte behind a member', Buffer.concat([first, Buffer.from([0x1f])])],
    ['another method', member(Buffer.from('x'), '1f8b07000000000000ff')],
    ['reserved flags', member(Buffer.from('x'), '1f8b08200000000000ff')],
    ['an invalid block type', member(Buffer.from('x'), undefined, Buffer.from([0x07]))],
    ['a wrong size', Buffer.concat([first.subarray(0, -4), Buffer.from([1, 0, 0, 0])])],
    ['a wrong check sum', Buffer.concat([first.subarray(0, -8), Buffer.alloc(4), first.subarray(-4)])],
    ['a distance too far back', member(Buffer.from('x'), undefined, Buffer.from('4b040400', 'hex'))],
  ];
  for (const [what, bytes] of cases) {
    for (const size of [1, bytes.length]) {
      await assert.rejects(read(cut(bytes, size)), failure('malformed'), `${what}, pieces of ${size}`);
    }
  }
});

test('each single changed bit is detected or changes nothing that is read', async () => {
  for (let at = 0; at < first.length; at++) {
    const bytes = Buffer.from(first);
    bytes[at]! ^= 1 << (at % 8);
    const code = await codeOf(async () => {
      const { inflated } = await read([bytes]);
      assert.equal(String(inflated[0]), 'first member '.repeat(30), `byte ${at}`);
    });
    // A bit of the header's flags can announce a name without end.
    assert.ok(code === undefined || code === 'malformed' || code === 'limit-exceeded', `byte ${at}: ${code}`);
  }
});

test('any bytes behind the magic give members or a failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      async (bytes, size) => {
        const code = await codeOf(() =>
          read(cut(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), bytes]), size)),
        );
        assert.ok(code === undefined || code === 'malformed' || code === 'limit-exceeded', code);
      },
    ),
    { numRuns: 300 },
  );
});

test('a header without end is refused after 64 KiB', async () => {
  function* endless(): Generator<Uint8Array> {
    yield Buffer.from('1f8b08080000000000ff', 'hex');
    for (;;) yield Buffer.alloc(1024, 0x61);
  }
  await assert.rejects(read(endless()), failure('limit-exceeded'));
});

test('a member beyond its bound, or out of proportion, is refused', async () => {
  const zeros = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  assert.equal((await read([zeros], 4 * 1024 * 1024)).inflated[0]!.length, 4 * 1024 * 1024);
  await assert.rejects(read([zeros], 4 * 1024 * 1024 - 1), failure('limit-exceeded'));
  await assert.rejects(read([zeros], 1e9, { limit: 200, floor: 1024 * 1024 }), failure('limit-exceeded'));
  assert.equal((await read([zeros], 1e9, { limit: 200, floor: 8 * 1024 * 1024 })).members.length, 1);
});

test('a failure of the receiver of members ends the reading and closes the input', async () => {
  let released = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield first;
    } finally {
      released = true;
    }
  }
  const places: (keyof GzipSink)[] = ['begin', 'compressed', 'inflated', 'end'];
  for (const place of places) {
    released = false;
    const refuse = () => {
      throw new RangeError(place);
    };
    const sink: GzipSink = { begin: () => 1e6, compressed() {}, inflated() {}, end() {}, [place]: refuse };
    await assert.rejects(readGzipMembers(chunks(), sink, ample), { message: place });
    assert.equal(released, true, place);
  }
});
