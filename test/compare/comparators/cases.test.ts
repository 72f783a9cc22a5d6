import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compareContent } from '../../../src/compare/comparators/comparators.ts';
import { type CompareLimits, defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import type { Part } from '../../../src/compare/part.ts';
import { tarOf } from '../../support/apk-builder.ts';
import { arOf, zipOf } from '../../support/samples.ts';

type Bytes = string | Uint8Array;

function partsOf(path: string, published: Bytes, rebuilt: Bytes, limits: Partial<CompareLimits> = {}) {
  return compareContent(path, Buffer.from(published), Buffer.from(rebuilt), {
    ...defaultCompareLimits,
    ...limits,
  });
}

/** Every part as one line: format, kind, place, the two sides. */
function linesOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ format, kind, place, published, rebuilt, children }) => [
    [format, kind, place, published ?? '', rebuilt ?? ''].join('|'),
    ...linesOf(children ?? []),
  ]);
}

interface Case {
  readonly what: string;
  readonly path?: string;
  readonly published: Bytes;
  readonly rebuilt: Bytes;
  /** A line of the parts. */
  readonly expected: string;
}

const member = (content: string, mtime = 0) => ({ name: 'a', content, mtime });
const json = (value: unknown) => JSON.stringify(value);

const cases: readonly Case[] = [
  { what: 'CR LF', published: 'a\nb\n', rebuilt: 'a\r\nb\r\n', expected: 'text|value|line ends|LF|CR LF' },
  {
    what: 'the last newline',
    published: 'a\n',
    rebuilt: 'a',
    expected: 'text|value|last newline|there|missing',
  },
  {
    what: 'a byte order mark',
    published: 'text\n',
    rebuilt: '\ufefftext\n',
    expected: 'text|value|encoding|utf-8|utf-8 with a byte order mark',
  },
  {
    what: 'UTF-16',
    published: Buffer.from('\ufefftext one', 'utf16le'),
    rebuilt: Buffer.from('\ufefftext two', 'utf16le'),
    expected: 'text|text|||',
  },
  {
    what: 'the date of a manual page',
    path: 'usr/share/man/man1/a.1',
    published: '.TH A 1 "2024-01-01" "a 1.0"\n',
    rebuilt: '.TH A 1 "2024-01-02" "a 1.0"\n',
    expected: 'text|value|.TH date|2024-01-01|2024-01-02',
  },
  {
    what: 'the order of tar members',
    published: tarOf([{ name: 'a' }, { name: 'b' }]),
    rebuilt: tarOf([{ name: 'b' }, { name: 'a' }]),
    expected: 'tar|order|members|a, b|b, a',
  },
  {
    what: 'a tar member that moved',
    published: tarOf([{ name: 'old', content: 'x' }]),
    rebuilt: tarOf([{ name: 'new', content: 'x' }]),
    expected: 'tar|moved|old|old|new',
  },
  {
    what: 'the owner of a tar member',
    published: tarOf([{ ...member('x'), uid: 1 }]),
    rebuilt: tarOf([{ ...member('x'), uid: 2 }]),
    expected: 'tar|value|owner|1:0|2:0',
  },
  {
    what: 'zero bytes at the end of a tar',
    published: tarOf([member('x')]),
    rebuilt: tarOf([member('x')], false),
    expected: 'tar|value|end|1024 zero bytes|0 zero bytes',
  },
  {
    what: 'the order of zip members',
    published: zipOf([
      ['a', '', 0x21],
      ['b', '', 0x21],
    ]),
    rebuilt: zipOf([
      ['b', '', 0x21],
      ['a', '', 0x21],
    ]),
    expected: 'zip|order|members|a, b|b, a',
  },
  {
    what: 'a member that an ar has and the other has not',
    published: arOf([
      ['a.o', 'x', 0],
      ['b.o', 'y', 0],
    ]),
    rebuilt: arOf([['a.o', 'x', 0]]),
    expected: 'ar|missing|b.o|1 bytes|',
  },
  {
    what: 'gzip of a tar of a text',
    path: 'a.tgz',
    published: gzipSync(tarOf([member('one\n')])),
    rebuilt: gzipSync(tarOf([member('two\n')])),
    expected: 'text|text|||',
  },
  {
    what: 'the level of a compressor',
    published: gzipSync(Buffer.alloc(100_000, 'abcdefghij'), { level: 1 }),
    rebuilt: gzipSync(Buffer.alloc(100_000, 'abcdefghij'), { level: 9 }),
    expected: 'gzip|value|extra flags|4|2',
  },
  {
    what: 'the order of JSON members',
    published: json({ a: 1, b: 2 }),
    rebuilt: json({ b: 2, a: 1 }),
    expected: 'json|order||a, b|b, a',
  },
  {
    what: 'the order of a JSON list',
    published: json(['x', 'y', 'z']),
    rebuilt: json(['z', 'y', 'x']),
    expected: 'json|order||"x", "y", "z"|"z", "y", "x"',
  },
  {
    what: 'an item inserted into a JSON list',
    published: json({ list: [1, 2, 3] }),
    rebuilt: json({ list: [1, 9, 2, 3] }),
    expected: 'json|extra|list[1]||9',
  },
  {
    what: 'JSON written otherwise',
    published: '{"a":1}',
    rebuilt: '{ "a": 1 }',
    expected: 'json|text|||',
  },
  {
    what: 'a format on one side only',
    published: gzipSync('x'),
    rebuilt: 'plain text that is no gzip\n',
    expected: 'binary|value|size|21 bytes|27 bytes',
  },
];

describe('parts of a difference', () => {
  for (const { what, path = 'a', published, rebuilt, expected } of cases) {
    it(`tell ${what}`, async () => {
      const lines = linesOf(await partsOf(path, published, rebuilt));
      assert.ok(lines.includes(expected), lines.join('\n'));
    });
  }

  it('recognise an SPDX element of which only the id changed, and what refers to it', async () => {
    const document = (id: string) =>
      json({
        spdxVersion: 'SPDX-2.3',
        packages: [{ SPDXID: id, name: 'a', versionInfo: '1' }],
        relationships: [
          { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: id },
        ],
      });
    assert.deepEqual(linesOf(await partsOf('a.json', document('SPDXRef-1'), document('SPDXRef-2'))), [
      'spdx|inside|packages SPDXRef-1||',
      'spdx|value|SPDXID|SPDXRef-1|SPDXRef-2',
    ]);
  });

  it('are cut where a content is nested too deep', async () => {
    const nested = (content: string) => {
      let bytes: Uint8Array = Buffer.from(content);
      for (let depth = 0; depth < 20; depth += 1) bytes = gzipSync(bytes);
      return bytes;
    };
    const lines = linesOf(await partsOf('a', nested('one'), nested('two')));
    assert.equal(lines.at(-1), 'binary|unread|||');
  });

  const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  const other = gzipSync(Buffer.alloc(16 * 1024 * 1024, 1));
  const bounds: readonly (readonly [what: string, Partial<CompareLimits>, Bytes, Bytes])[] = [
    ['inflated bytes', { inflatedBytes: 1024 * 1024 }, bomb, other],
    ['held bytes', { heldBytes: 1024 * 1024 }, bomb, other],
    [
      'members',
      { members: 1 },
      zipOf([
        ['a', 'x', 0],
        ['b', 'x', 0],
      ]),
      zipOf([
        ['a', 'y', 0],
        ['b', 'y', 0],
      ]),
    ],
    ['steps', { steps: 10 }, json(Array.from({ length: 1000 }, (_, at) => at)), json([1])],
    ['parts', { parts: 3 }, json({ a: 1, b: 1, c: 1, d: 1, e: 1 }), json({ a: 2, b: 2, c: 2, d: 2, e: 2 })],
    ['hunks', { hunks: 1 }, `a\n${'x\n'.repeat(50)}b\n`, `c\n${'x\n'.repeat(50)}d\n`],
    [
      'windows',
      { windows: 1 },
      Buffer.alloc(1000, 0x80),
      Buffer.alloc(1000, 0x80).fill(1, 9, 10).fill(1, 800, 801),
    ],
  ];
  for (const [what, limits, published, rebuilt] of bounds) {
    it(`keep to the limit on ${what}, and say what was not looked at`, async () => {
      const parts = await partsOf('a.bin', published, rebuilt, limits);
      assert.ok(
        JSON.stringify(parts).includes('"kind":"unread"') || what === 'members',
        JSON.stringify(parts),
      );
      assert.ok(JSON.stringify(parts).length < 20_000);
    });
  }
});
