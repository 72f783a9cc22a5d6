/** Random trees as data sections: what was emitted is what our reader, GNU tar and Python's tarfile and gzip read. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { defaultLimits } from '../../src/apk/limits.ts';
import type { TarHeader } from '../../src/apk/tar-header.ts';
import { TarReader } from '../../src/apk/tar-reader.ts';
import { decodeBytes, encodeBytes } from '../../src/bytes.ts';
import { pgzip } from '../../src/emit/deflate/encoders.ts';
import { shortTar } from '../../src/emit/own-sections.ts';
import { type DataEntry, dataEntries } from '../../src/emit/tar-entries.ts';
import { deflateEncoders } from '../../src/melange/deflate-encoder.ts';
import { joined } from '../support/parts.ts';
import { lacks } from '../support/programs.ts';
import { trees } from '../support/random-tree.ts';
import { formatAt } from './sbom/input.ts';

const mtime = 1_718_452_800;
/** Those in which links, modes, owners and attributes reach the archive otherwise. */
const versions = ['v0.17.7', 'v0.23.1', 'v0.23.7', 'v0.26.9', 'v0.59.1'] as const;

const sections = fc.record({
  tree: trees,
  version: fc.constantFrom(...versions),
  encoder: fc.constantFrom(...deflateEncoders),
});

const owners = {
  builder: { uid: 0, gid: 0 },
  build: { uid: 1000, gid: 1000 },
  names: {
    users: new Map([
      [0, 'root'],
      [65_534, 'n'.repeat(33)],
    ]),
    groups: new Map([[0, 'é']]),
  },
  sbom: '',
};

interface Emitted {
  readonly entries: readonly DataEntry[];
  readonly tar: Uint8Array;
  readonly section: Uint8Array;
}

async function emit({ tree: given, version, encoder }: SectionInput): Promise<Emitted> {
  const entries = dataEntries(given, formatAt(version), owners, mtime);
  const tar = shortTar(entries, 2);
  return { entries, tar, section: await joined(pgzip([tar], { encoder })) };
}

type SectionInput = typeof sections extends fc.Arbitrary<infer V> ? V : never;

/** An entry as any reader tells it; contents by their check sum. */
interface Listed {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  readonly size: number;
  readonly mtime: number;
  readonly linkname: string;
  readonly crc: number;
  readonly xattrs: readonly (readonly [string, string])[];
}

function listed({ header, content: { size: length, read } }: DataEntry): Listed {
  const { name, type, mode, uid, gid, uname, gname, size: told, linkname, pax } = header;
  return {
    ...{ name, type, mode, uid, gid, uname, gname, size: told, mtime: header.mtime, linkname },
    crc: crc32(read(0, length)),
    xattrs: [...pax]
      .filter(([key]) => key.startsWith('SCHILY.'))
      .map(([key, value]) => [key, decodeBytes(value)]),
  };
}

function bySelf(tar: Uint8Array): Listed[] {
  const found: { header: TarHeader; crc: number }[] = [];
  const reader = new TarReader(
    {
      entry: (header) => void found.push({ header, crc: 0 }),
      content: (bytes) => {
        found.at(-1)!.crc = crc32(bytes, found.at(-1)!.crc);
      },
      entryEnd: () => undefined,
    },
    defaultLimits,
  );
  reader.write(tar);
  assert.equal(reader.end().zeroBlocks, 2);
  return found.map(({ header: { pax, ...header }, crc }) => ({
    ...fieldsOf(header),
    crc,
    xattrs: pax
      .filter(({ key }) => key.startsWith('SCHILY.'))
      .map(({ key, value }): [string, string] => [key, decodeBytes(value)]),
  }));
}

function fieldsOf(header: Omit<TarHeader, 'pax'>): Omit<Listed, 'crc' | 'xattrs'> {
  const { name, type, mode, uid, gid, uname, gname, size: told, linkname } = header;
  return { name, type, mode, uid, gid, uname, gname, size: told, mtime: header.mtime, linkname };
}

const sorted = (list: readonly Listed[]): Listed[] =>
  list.map((each) => ({ ...each, xattrs: [...each.xattrs].sort() }));

const numRuns = 20;

test('our own reader reads random trees as they were emitted', async () => {
  const property = fc.asyncProperty(sections, async (given) => {
    const { entries, tar, section } = await emit(given);
    assert.ok(gunzipSync(section).equals(tar));
    assert.deepEqual(sorted(bySelf(tar)), sorted(entries.map(listed)));
  });
  await fc.assert(property, { numRuns: 2 * numRuns });
});

/** Texts are PEP 383's in Python, and ours are the same. */
const pythonReader = `
import gzip, json, sys, tarfile, io, zlib
tar = gzip.decompress(sys.stdin.buffer.read())
found = []
with tarfile.open(fileobj=io.BytesIO(tar), mode='r:') as archive:
    for e in archive:
        crc = zlib.crc32(archive.extractfile(e).read()) if e.isreg() else 0
        xattrs = sorted([k, v] for k, v in e.pax_headers.items() if k.startswith('SCHILY.'))
        found.append(dict(name=e.name, type=e.type.decode(), mode=e.mode, uid=e.uid, gid=e.gid, uname=e.uname, gname=e.gname,
            size=e.size, mtime=e.mtime, linkname=e.linkname, crc=crc, xattrs=xattrs))
print(json.dumps(found))
`;

test('the tarfile and gzip of Python read random trees as they were emitted', {
  skip: lacks('python3'),
}, async () => {
  const property = fc.asyncProperty(sections, async (given) => {
    const { entries, section } = await emit(given);
    const output = execFileSync('python3', ['-c', pythonReader], { input: section, maxBuffer: 2 ** 28 });
    assert.deepEqual(JSON.parse(output.toString()), sorted(entries.map(listed)));
  });
  await fc.assert(property, { numRuns });
});

const permissions = (mode: number, type: string): string => {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  for (const [bit, at, set, unset] of [
    [0o4000, 2, 's', 'S'],
    [0o2000, 5, 's', 'S'],
    [0o1000, 8, 't', 'T'],
  ] as const)
    if (mode & bit) letters[at] = letters[at] === 'x' ? set : unset;
  return (typeLetters[type] ?? '?') + letters.join('');
};
const typeLetters: Readonly<Record<string, string>> = { 0: '-', 1: 'h', 2: 'l', 3: 'c', 5: 'd', 6: 'p' };

/** As `ls` quotes for C: bytes that are not printable ASCII in octal. */
function quoted(text: string): string {
  const escapes: Readonly<Record<number, string>> = {
    7: 'a',
    8: 'b',
    9: 't',
    10: 'n',
    11: 'v',
    12: 'f',
    13: 'r',
    34: '"',
    92: '\\',
  };
  const bytes = [...encodeBytes(text)].map((byte) => {
    if (escapes[byte] !== undefined) return `\\${escapes[byte]}`;
    return byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  });
  return `"${bytes.join('')}"`;
}

test('GNU tar and gzip read random trees as they were emitted', { skip: lacks('tar', 'gzip') }, async () => {
  const plain = [
    '--utc',
    '--numeric-owner',
    '--full-time',
    '--quoting-style=c',
    '--warning=no-unknown-keyword',
  ];
  const env = { ...process.env, LC_ALL: 'C' };
  const property = fc.asyncProperty(sections, async (given) => {
    const { entries, tar, section } = await emit(given);
    const options = { maxBuffer: 2 ** 28, env };
    assert.ok(execFileSync('gzip', ['-dc'], { ...options, input: section }).equals(tar));
    const lines = execFileSync('tar', ['-tv', ...plain], { ...options, input: tar })
      .toString()
      .split('\n');
    assert.deepEqual(lines.slice(0, -1).map(withoutPadding), entries.map(lineOf));
    const contents = Buffer.concat(entries.map(({ content: { size: length, read } }) => read(0, length)));
    const files = execFileSync('tar', ['-xO', '--warning=no-unknown-keyword'], { ...options, input: tar });
    assert.ok(files.equals(contents));
  });
  await fc.assert(property, { numRuns });
});

const withoutPadding = (line: string): string =>
  line.replace(/^((?:\S+ +){2}\S+)/, (front) => front.replace(/ +/g, ' '));

function lineOf({ header }: DataEntry): string {
  const { type, mode, uid, gid, name, linkname, devmajor, devminor, size: told } = header;
  const link = type === '2' ? ` -> ${quoted(linkname)}` : type === '1' ? ` link to ${quoted(linkname)}` : '';
  const amount = type === '3' ? `${devmajor},${devminor}` : told;
  return `${permissions(mode, type)} ${uid}/${gid} ${amount} 2024-06-15 12:00:00 ${quoted(name)}${link}`;
}
