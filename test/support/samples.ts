/** Two contents of every format that has a comparator, put together byte by byte, and what must be found between them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FormatName } from '../../src/compare/part.ts';
import { tarOf } from './apk-builder.ts';
import { dynamicOf, elfOf, noteOf, stringTable, symbolOf } from './elf-builder.ts';
import { fixtures } from './lab.ts';
import { storedGzip, storedZlib } from './stored-gzip.ts';

export interface Sample {
  readonly path: string;
  readonly published: Buffer;
  readonly rebuilt: Buffer;
  /** Text that the parts must hold: a place or a value of what was planted. */
  readonly planted: readonly string[];
}

type Side = 'published' | 'rebuilt';

function sample(path: string, make: (side: Side) => Uint8Array | string, ...planted: string[]): Sample {
  return {
    path,
    published: Buffer.from(make('published')),
    rebuilt: Buffer.from(make('rebuilt')),
    planted,
  };
}

/** Content that a program of others wrote, of `fixtures/formats/`. */
function fixture(name: string): (side: Side) => Buffer {
  return (side) => readFileSync(join(fixtures, 'formats', `${name}.${side}`));
}

const lines = (side: Side): string => `line one\nbuilt by ${side}\nline three\n`;

/** `lines` as the tools' own command lines compress them. */
const compressed: Readonly<Record<'xz' | 'bzip2' | 'zstd', Readonly<Record<Side, string>>>> = {
  xz: {
    published:
      '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQAmbGluZSBvbmUKYnVpbHQgYnkgcHVibGlzaGVkCmxpbmUgdGhyZWUKAADJfzfKwdO9AAABPyd8KlLdH7bzfQEAAAAABFla',
    rebuilt:
      '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AAkACNdADYaSh8IoY5msl69Oy+o5vlnPvi5l7Q0Gx804GT80S1th9a0AAAKGRTdRxLmhAABPyVQS1wzH7bzfQEAAAAABFla',
  },
  bzip2: {
    published:
      'QlpoOTFBWSZTWZvtSsoAAAvRgAAQQAAWZd4gIAAxTAATQanoTRoyaMGpLN5dekiPXG6xAmvESOI624+LuSKcKEhN9qVlAA==',
    rebuilt: 'QlpoOTFBWSZTWR79DfoAAArRgAAQQAASZZYgIAAhKnqaaGm1CAaAIPCaI1UIs2yzhY0UOTLx8XckU4UJAe/Q36A=',
  },
  zstd: {
    published: 'KLUv/SQnOQEAbGluZSBvbmUKYnVpbHQgYnkgcHVibGlzaGVkCmxpbmUgdGhyZWUKE6UK9A==',
    rebuilt: 'KLUv/SQlFQEAUoIHDOBtMLKhHNA6wQAFXGCbXE0fuDmGrRm9OQaYqqZPAEKz/aQ=',
  },
};

/** One of each, in the order of their names. */
export const samples: Readonly<Record<FormatName, Sample>> = {
  'apk-index': sample(
    'srv/repository/APKINDEX',
    (side) =>
      `C:Q1${side === 'published' ? 'A' : 'B'}dBDBCiyWNSyX3b/CDdw95xDIoY=\nP:lab\nV:1.0-r0\nA:x86_64\nS:4142\nI:12\nT:built by ${side}\nD:so:libc.so.6\n\n`,
    'checksum Q1A',
    'lab=1.0-r0',
    'built by rebuilt',
  ),
  'apk-signature': sample(
    'srv/repository/.SIGN.RSA256.lab.rsa.pub',
    (side) => Buffer.alloc(256, side === 'published' ? '80ff01c2fe' : '81fe02c3ff', 'hex'),
    'signature',
  ),
  beam: sample('usr/lib/erlang/lib/lab/ebin/lab.beam', fixture('beam'), 'CInf', 'build-1'),
  'berkeley-db': sample('var/lib/a.db', fixture('berkeley-db'), 'key1', 'published'),
  certificate: sample('etc/ssl/certs/a.pem', fixture('certificate'), 'validity', 'CN=rebuilt'),
  cpio: sample('boot/initramfs', fixture('cpio'), 'mtime'),
  font: sample('usr/share/fonts/lab.ttf', fixture('font'), 'head: modified', 'checksum adjustment'),
  'fontconfig-cache': sample(
    'var/cache/fontconfig/a-le64.cache-8',
    fixture('fontconfig-cache'),
    'time of the directory',
  ),
  'icon-cache': sample(
    'usr/share/icons/t/icon-theme.cache',
    fixture('icon-cache'),
    'icons.published',
    'icons.rebuilt',
  ),
  'java-class': sample(
    'usr/share/A.class',
    fixture('java-class'),
    'constants',
    'text published',
    'method f (I)I',
  ),
  'java-manifest': sample(
    'META-INF/MANIFEST.MF',
    (side) =>
      `Manifest-Version: 1.0\r\nBuilt-By: ${side}\r\n\r\nName: a.class\r\nSHA-256-Digest: ${side}\r\n\r\n`,
    'main.Built-By',
    'a.class',
  ),
  'json-call': sample(
    'usr/share/doc/html/searchindex.js',
    (side) => `Search.setIndex({"terms":{"${side}":1},"docnames":["a","${side}"]})`,
    'docnames[1]',
    'terms',
  ),
  minified: sample(
    'usr/share/web/a.min.js',
    (side) =>
      `!function(){${'var a=function(b){return b+1};'.repeat(200)}var t="${side}-2024-01-0${side === 'published' ? 1 : 2}";${'a(2);'.repeat(900)}}()`,
    'line 1, column 6020',
    'published-2024-01-01',
  ),
  pe: sample('boot/a.efi', fixture('pe'), 'time stamp'),
  'r-data': sample('usr/lib/R/library/a/Meta/package.rds', fixture('r-data'), '2024-01-02', 'Built'),
  'ruby-marshal': sample(
    'usr/share/ri/cache.ri',
    (side) =>
      Buffer.concat([
        Buffer.from('\x04\x08{\x07:\x09dateI"', 'latin1'),
        Buffer.from([5 + side.length]),
        Buffer.from(`${side}\x06:\x06ET:\x06ni\x02\x10\x27`, 'latin1'),
      ]),
    ':date',
    'rebuilt',
  ),
  'source-map': sample(
    'usr/share/web/a.js.map',
    (side) =>
      JSON.stringify({
        version: 3,
        sources: [`/build/${side}/a.ts`],
        mappings: `AAAA;${side === 'published' ? 'AACA' : 'AAEA'};A`,
      }),
    'sources[0]',
    'mappings[1]',
  ),
  'sphinx-inventory': sample('usr/share/doc/html/objects.inv', fixture('sphinx-inventory'), 'objects'),
  sqlite: sample('var/lib/a.sqlite', fixture('sqlite'), 'valid.1.registered', '1704189600', 'kv[1].v'),
  squashfs: sample('usr/lib/root.squashfs', fixture('squashfs'), '2024-01-01T10:00:00Z', 'dir/file'),
  ar: sample(
    'usr/lib/libx.a',
    (side) => arOf([['a.o', lines(side), side === 'published' ? 1 : 2]]),
    'mtime',
    'built by',
  ),
  binary: sample(
    'usr/share/data.bin',
    (side) => {
      const bytes = Buffer.alloc(4096, 0x80);
      bytes.write(side === 'published' ? 'PPPP' : 'RRRR', 1000);
      return bytes;
    },
    '50505050',
    '52525252',
  ),
  bzip2: sample('usr/share/a.bz2', (side) => Buffer.from(compressed.bzip2[side], 'base64'), 'built by'),
  elf: sample(
    'usr/lib/libx.so',
    elfSample,
    'GNU build-id',
    'NEEDED',
    '.rodata',
    'extra_symbol',
    'check sum of the debug file',
  ),
  gettext: sample('usr/share/locale/de/LC_MESSAGES/a.mo', catalogue, 'POT-Creation-Date', '2024-01-02'),
  gzip: sample(
    'usr/share/doc/a.gz',
    (side) => storedGzip(Buffer.from(lines(side)), { mtime: side === 'published' ? 1 : 2, name: 'a' }),
    'mtime',
    'built by',
  ),
  json: sample(
    'usr/share/a.json',
    (side) => `{"a":{"list":[1,2,"${side}"]},"same":true${side === 'rebuilt' ? ',"more":1' : ''}}`,
    'a.list[2]',
    'more',
  ),
  pdf: sample('usr/share/doc/a.pdf', pdf, 'CreationDate', 'D:20240102'),
  pkginfo: sample(
    'srv/package/.PKGINFO',
    (side) => `pkgname = lab\npackager = ${side}\ndatahash = ${side === 'published' ? 'ab' : 'cd'}\n`,
    'packager',
    'datahash',
  ),
  png: sample('usr/share/icons/a.png', png, 'tIME', 'tEXt Software'),
  'python-bytecode': sample(
    'usr/lib/python3.11/__pycache__/a.cpython-311.pyc',
    bytecode,
    'source mtime',
    'consts[0]',
  ),
  recipe: sample(
    '.melange.yaml',
    (side) => `package:\n    name: sample\n    version: "1.0"\n    description: ${side}\n`,
    'package.description',
  ),
  spdx: sample('var/lib/db/sbom/sample-1.0-r0.spdx.json', sbom, 'packages SPDXRef-a', 'relationships'),
  tar: sample(
    'usr/share/a.tar',
    (side) =>
      tarOf([{ name: 'a', content: lines(side), mtime: side === 'published' ? 1 : 2 }, { name: 'b' }]),
    'mtime',
    'built by',
  ),
  text: sample('usr/share/doc/a.txt', lines, 'published', 'rebuilt'),
  xml: sample(
    'usr/share/a.xml',
    (side) => `<?xml version="1.0"?>\n<a>\n <b>${side}</b>\n</a>\n`,
    'published',
  ),
  xz: sample('usr/share/a.xz', (side) => Buffer.from(compressed.xz[side], 'base64'), 'built by'),
  yaml: sample('etc/a.yaml', (side) => `a:\n  - one\n  - ${side}\nb: 1\n`, 'a[1]'),
  zip: sample(
    'usr/share/a.jar',
    (side) => zipOf([['a.txt', lines(side), side === 'published' ? 0x21 : 0x22]]),
    'time',
    'built by',
  ),
  zstd: sample('usr/share/a.zst', (side) => Buffer.from(compressed.zstd[side], 'base64'), 'built by'),
};

/** Members as name, content, time. */
export function arOf(members: readonly (readonly [string, string | Uint8Array, number])[]): Buffer {
  const pieces = members.flatMap(([name, text, mtime]) => {
    const content = Buffer.from(text);
    const fields = [
      `${name}/`.padEnd(16),
      String(mtime).padEnd(12),
      '0     0     100644  ',
      String(content.length).padEnd(10),
      '`\n',
    ];
    return [Buffer.from(fields.join('')), content, Buffer.alloc(content.length % 2, '\n')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...pieces]);
}

/** Stored members as name, content, MS-DOS date. */
export function zipOf(members: readonly (readonly [string, string | Uint8Array, number])[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text, date] of members) {
    const content = Buffer.from(text);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(date, 8);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function elfSample(side: Side): Buffer {
  const strings = stringTable(['libc.so.6', 'libx.so.1', 'libz.so.1']);
  const names = stringTable(['main', 'extra_symbol']);
  const isPublished = side === 'published';
  const needed = ['libc.so.6', isPublished ? 'libx.so.1' : 'libz.so.1'];
  const symbols = [Buffer.alloc(24), symbolOf(names.offsetOf('main'), 0x1000, 16, 1)];
  if (!isPublished) symbols.push(symbolOf(names.offsetOf('extra_symbol'), 0x1010, 16, 1));
  return elfOf([
    { name: '.text', type: 1, bytes: Buffer.alloc(64, 0x90), flags: 6, address: 0x1000 },
    { name: '.rodata', type: 1, bytes: Buffer.from(`built on 2024-01-0${isPublished ? 1 : 2}\0`) },
    {
      name: '.note.gnu.build-id',
      type: 7,
      bytes: noteOf('GNU', 3, Buffer.alloc(20, isPublished ? 0xaa : 0xbb)),
    },
    { name: '.note.package', type: 7, bytes: noteOf('FDO', 0xcafe1a7e, Buffer.from('{"name":"sample"}\0')) },
    { name: '.dynstr', type: 3, bytes: strings.bytes },
    {
      name: '.dynamic',
      type: 6,
      bytes: dynamicOf(needed.map((name) => [1, strings.offsetOf(name)])),
      link: '.dynstr',
    },
    { name: '.strtab', type: 3, bytes: names.bytes },
    { name: '.symtab', type: 2, bytes: Buffer.concat(symbols), link: '.strtab', entrySize: 24 },
    { name: '.gnu_debuglink', type: 1, bytes: Buffer.from(`libx.debug\0\0${isPublished ? 'aaaa' : 'bbbb'}`) },
  ]);
}

function catalogue(side: Side): Buffer {
  const messages = [
    ['', `Project-Id-Version: a\nPOT-Creation-Date: 2024-01-0${side === 'published' ? 1 : 2}\n`],
    ['hello', 'hallo'],
  ] as const;
  const header = Buffer.alloc(28 + messages.length * 16);
  header.writeUInt32LE(0x950412de, 0);
  header.writeUInt32LE(messages.length, 8);
  header.writeUInt32LE(28, 12);
  header.writeUInt32LE(28 + messages.length * 8, 16);
  const texts: Buffer[] = [];
  let offset = header.length;
  messages.forEach((message, index) => {
    message.forEach((text, column) => {
      header.writeUInt32LE(Buffer.byteLength(text), 28 + column * messages.length * 8 + index * 8);
      header.writeUInt32LE(offset, 32 + column * messages.length * 8 + index * 8);
      texts.push(Buffer.from(`${text}\0`));
      offset += Buffer.byteLength(text) + 1;
    });
  });
  return Buffer.concat([header, ...texts]);
}

function pdf(side: Side): string {
  const day = side === 'published' ? '01' : '02';
  return `%PDF-1.4\n1 0 obj\n<< /CreationDate (D:202401${day}) /Producer (a) >>\nendobj\n2 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Info 1 0 R /ID [<${day}> <${day}>] >>\n%%EOF\n`;
}

function png(side: Side): Buffer {
  const chunk = (type: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const day = side === 'published' ? 1 : 2;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tIME', Buffer.from([0x07, 0xe8, 1, day, 0, 0, 0])),
    chunk('tEXt', Buffer.from(`Software\0${side}`)),
    chunk('IDAT', storedZlib(Buffer.from([0, 0x40]))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A module of CPython 3.11 that holds a constant. */
function bytecode(side: Side): Buffer {
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const short = (text: string) => Buffer.from(`z${String.fromCharCode(text.length)}${text}`, 'latin1');
  const bytes = (content: string) =>
    Buffer.concat([Buffer.from('s'), int(content.length), Buffer.from(content, 'latin1')]);
  const tuple = (...items: Buffer[]) => Buffer.concat([Buffer.from([0x29, items.length]), ...items]);
  const code = Buffer.concat([
    Buffer.from('c'),
    ...[0, 0, 0, 1, 0].map(int),
    bytes('\x97\x00'),
    tuple(short(side), Buffer.from('N')),
    tuple(),
    tuple(),
    bytes(''),
    short('a.py'),
    short('<module>'),
    short('<module>'),
    int(1),
    bytes(''),
    bytes(''),
  ]);
  const header = Buffer.alloc(16);
  header.writeUInt16LE(3495, 0);
  header.write('\r\n', 2, 'latin1');
  header.writeUInt32LE(side === 'published' ? 1_700_000_000 : 1_700_000_001, 8);
  header.writeUInt32LE(10, 12);
  return Buffer.concat([header, code]);
}

function sbom(side: Side): string {
  const isPublished = side === 'published';
  const element = (id: string, version: string) => ({ SPDXID: id, name: id.slice(8), versionInfo: version });
  const packages = [element('SPDXRef-a', isPublished ? '1' : '2'), element('SPDXRef-b', '1')];
  const relationship = (to: string) => ({
    spdxElementId: 'SPDXRef-a',
    relationshipType: isPublished ? 'CONTAINS' : 'DEPENDS_ON',
    relatedSpdxElement: to,
  });
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'sample',
    creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: a'] },
    packages: isPublished ? packages : packages.toReversed(),
    relationships: [relationship('SPDXRef-b')],
  });
}
