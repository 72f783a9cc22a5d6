/** Every single thing that can be changed in a package, each packed again so that all digests and signatures fit. */
import { gzipSync } from 'node:zlib';
import { decodeBytes, encodeBytes } from '../../../src/bytes.ts';
import { gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/index.ts';
import type { Mutant } from './judge.ts';
import {
  changeControl,
  changeData,
  joined,
  type Packing,
  type PartEntry,
  type Parts,
  putTogether,
  signed,
  textOf,
  withContent,
  withSize,
  withTarByte,
  withText,
} from './parts.ts';

interface Change {
  readonly what: string;
  readonly parts?: Parts;
  readonly packing?: Partial<Packing>;
  readonly bytes?: (whole: Uint8Array, sections: Sections) => Uint8Array;
}

interface Sections {
  readonly signature: Uint8Array;
  readonly control: Uint8Array;
  readonly data: Uint8Array;
}

/** A package in its parts, with how they are packed. */
export interface Whole {
  readonly parts: Parts;
  readonly packing: Packing;
}

/** All mutants of one package, made as they are asked for; with `every` only each so-many-th. */
export async function* fieldMutants({ parts, packing }: Whole, every = 1): AsyncGenerator<Mutant> {
  const published = await putTogether(parts, packing);
  let at = 0;
  for (const change of changes(parts, packing)) {
    if (at++ % every !== 0) continue;
    const bytes = await putTogether(change.parts ?? parts, { ...packing, ...change.packing });
    const changed = change.bytes?.(bytes, sectionsOf(bytes, parts.signature.length > 0)) ?? bytes;
    // What is written as it was before is no change: a last line moved last, a Go gzip made by Go's.
    if (Buffer.compare(changed, published) !== 0) yield { what: change.what, bytes: changed };
  }
}

function* changes(parts: Parts, packing: Packing): Generator<Change> {
  yield* dataChanges(parts);
  yield* treeChanges(parts);
  yield* controlChanges(parts);
  yield* pkginfoChanges(parts);
  yield* signatureChanges(parts, packing);
  yield* framingChanges(parts, packing);
}

export type Field = readonly [name: string, change: (entry: PartEntry) => PartEntry | undefined];

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** One attribute of an entry; undefined where the entry has no such thing. */
export const fields: readonly Field[] = [
  ['mode: set-user-id', (entry) => ({ ...entry, mode: entry.mode ^ 0o4000 })],
  ['mode: sticky', (entry) => ({ ...entry, mode: entry.mode ^ 0o1000 })],
  ['mode: others may write', (entry) => ({ ...entry, mode: entry.mode ^ 0o002 })],
  ['mode: file type bits', (entry) => ({ ...entry, mode: entry.mode | 0o100000 })],
  ['uid', (entry) => ({ ...entry, uid: entry.uid + 1 })],
  ['uid of an ordinary user', (entry) => ({ ...entry, uid: entry.uid === 1234 ? 1235 : 1234 })],
  ['uid of the build user', (entry) => ({ ...entry, uid: 1000 })],
  ['uid and gid of the build user', (entry) => ({ ...entry, uid: 1000, gid: 1000 })],
  ['gid', (entry) => ({ ...entry, gid: entry.gid + 20 })],
  ['uname', (entry) => ({ ...entry, uname: `${entry.uname}x` })],
  ['uname dropped', (entry) => (entry.uname === '' ? undefined : { ...entry, uname: '' })],
  ['gname', (entry) => ({ ...entry, gname: 'shadow' })],
  ['mtime', (entry) => ({ ...entry, mtime: entry.mtime + 1 })],
  ['device number', (entry) => ({ ...entry, devminor: entry.devminor + 1 })],
  ['link target', (entry) => (entry.type === '2' ? { ...entry, linkname: `${entry.linkname}x` } : undefined)],
  ['link name of a file', (entry) => (entry.type === '0' ? { ...entry, linkname: 'etc/passwd' } : undefined)],
  ['trailing slash', (entry) => ({ ...entry, name: entry.name.replace(/\/?$/, (end) => (end ? '' : '/')) })],
  ['name', (entry) => ({ ...entry, name: `${entry.name.replace(/\/$/, '')}-x` })],
  ['another pax record', (entry) => withRecord(entry, 'comment', 'x')],
  ['another attribute', (entry) => withRecord(entry, 'SCHILY.xattr.user.x', 'y')],
  ['a capability', (entry) => withRecord(entry, 'SCHILY.xattr.security.capability', 'AQAAAg==')],
  ['time with a fraction', (entry) => withRecord(entry, 'SCHILY.dev', '1')],
  ['type: contiguous file', (entry) => (entry.type === '0' ? { ...entry, type: '7' } : undefined)],
  ['type: hard link', (entry) => (entry.type === '2' ? { ...entry, type: '1' } : undefined)],
];

function withRecord(entry: PartEntry, key: string, value: string): PartEntry {
  return { ...entry, pax: new Map([...entry.pax, [key, Buffer.from(value)]]) };
}

function* dataChanges(parts: Parts): Generator<Change> {
  for (const [index, entry] of parts.data.entries()) {
    for (const [what, change] of fields) {
      const changed = change(entry);
      if (changed !== undefined)
        yield { what: `${entry.name}: ${what}`, parts: changeData(parts, index, () => changed) };
    }
    yield* recordChanges(parts, index, entry);
    if (entry.type === '0') yield* contentChanges(parts, index, entry);
  }
}

function* recordChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  for (const [key, value] of entry.pax) {
    const without = new Map([...entry.pax].filter(([other]) => other !== key));
    yield {
      what: `${entry.name}: record ${key} dropped`,
      parts: changeData(parts, index, () => ({ ...entry, pax: without })),
    };
    const changed = new Map([...entry.pax, [key, flip(value, value.length - 1)]]);
    yield {
      what: `${entry.name}: record ${key} changed`,
      parts: changeData(parts, index, () => ({ ...entry, pax: changed })),
      packing: { checksums: false },
    };
  }
}

function* contentChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  const { content } = entry;
  for (const at of new Set(
    [0, content.length >> 1, content.length - 1].filter((at) => at >= 0 && at < content.length),
  )) {
    yield {
      what: `${entry.name}: content byte ${at}`,
      parts: changeData(parts, index, () => withContent(entry, flip(content, at))),
    };
  }
  yield {
    what: `${entry.name}: content longer`,
    parts: withSize(
      changeData(parts, index, () => withContent(entry, Buffer.concat([content, Buffer.from('\n')]))),
      1,
    ),
  };
}

const folderBytes = 4096;

/** Entries added, dropped and moved; the size recorded in .PKGINFO follows. */
function* treeChanges(parts: Parts): Generator<Change> {
  const { data } = parts;
  for (const [index, entry] of data.entries()) {
    const without = { ...parts, data: data.filter((_, at) => at !== index) };
    const counted =
      entry.type === '5' ? folderBytes : entry.type === '2' ? entry.linkname.length : entry.size;
    yield { what: `${entry.name}: dropped`, parts: withSize(without, -counted) };
    const next = data[index + 1];
    if (next !== undefined) {
      const swapped = data.map((each, at) => (at === index ? next : at === index + 1 ? entry : each));
      yield { what: `${entry.name}: behind ${next.name}`, parts: { ...parts, data: swapped } };
    }
    if (entry.type === '0')
      yield { what: `${entry.name}: once more`, parts: { ...parts, data: [...data, entry] } };
  }
  const model = data.find(({ type }) => type === '5') ?? data[0]!;
  const added = (name: string, extra: Partial<PartEntry>): Change => {
    const entry = {
      ...model,
      pax: new Map(),
      linkname: '',
      size: 0,
      content: new Uint8Array(0),
      name,
      ...extra,
    };
    const counted =
      entry.type === '5' ? folderBytes : entry.type === '2' ? entry.linkname.length : entry.size;
    return { what: `${name}: added`, parts: withSize({ ...parts, data: [...data, entry] }, counted) };
  };
  const text = Buffer.from('#!/bin/sh\n');
  yield added('zz', { type: '5', mode: 0o755 });
  yield added('zz', { type: '0', mode: 0o755, content: text, size: text.length });
  yield added('zz', { type: '0', mode: 0o644 });
  yield added('zz', { type: '2', mode: 0o777, linkname: 'etc' });
  yield added('zz', { type: '3', mode: 0o666, devmajor: 1, devminor: 3 });
  yield added('zz', { type: '6', mode: 0o644 });
  yield added('var/lib/db/sbom/zz.spdx.json', { type: '0', mode: 0o644 });
}

function* controlChanges(parts: Parts): Generator<Change> {
  for (const [index, entry] of parts.control.entries()) {
    const replaced = (changed: PartEntry) => ({
      ...parts,
      control: parts.control.map((each, at) => (at === index ? changed : each)),
    });
    for (const [what, change] of fields) {
      const changed = change(entry);
      if (changed !== undefined) yield { what: `control ${entry.name}: ${what}`, parts: replaced(changed) };
    }
    if (entry.name === '.PKGINFO') continue;
    yield {
      what: `control ${entry.name}: dropped`,
      parts: { ...parts, control: parts.control.filter((_, at) => at !== index) },
    };
    const { content } = entry;
    for (const at of [0, content.length >> 1, content.length - 1].filter(
      (each) => each >= 0 && each < content.length,
    )) {
      yield {
        what: `control ${entry.name}: byte ${at}`,
        parts: replaced(withContent(entry, flip(content, at))),
      };
    }
    yield {
      what: `control ${entry.name}: a newline more`,
      parts: replaced(withText(entry, `${textOf(entry)}\n`)),
    };
    yield {
      what: `control ${entry.name}: a comment`,
      parts: replaced(withText(entry, `# x\n${textOf(entry)}`)),
    };
  }
  yield { what: 'control: order of entries', parts: { ...parts, control: [...parts.control].reverse() } };
  const script = { ...parts.control[0]!, mode: 0o755 };
  for (const name of ['.post-install', '.pre-install', '.trigger', '.pre-upgrade', '.zz']) {
    if (parts.control.some((entry) => entry.name === name)) continue;
    const added = withText({ ...script, name }, '#!/bin/sh\ntrue\n');
    const control = [...parts.control, added].sort((a, b) => (a.name < b.name ? -1 : 1));
    yield { what: `control ${name}: added`, parts: { ...parts, control } };
  }
}

/** Lines of .PKGINFO: each dropped, doubled, changed and moved; some added. `datahash` is always made right. */
function* pkginfoChanges(parts: Parts): Generator<Change> {
  const text = textOf(parts.control.find(({ name }) => name === '.PKGINFO')!);
  const lines = text.slice(0, -1).split('\n');
  const rewritten = (what: string, changed: readonly string[], end = '\n'): Change => ({
    what: `.PKGINFO: ${what}`,
    parts: changeControl(parts, '.PKGINFO', (entry) => withText(entry, changed.join('\n') + end)),
  });
  for (const [index, line] of lines.entries()) {
    yield rewritten(
      `"${line}" dropped`,
      lines.filter((_, at) => at !== index),
    );
    yield rewritten(
      `"${line}" twice`,
      lines.flatMap((each, at) => (at === index ? [each, each] : [each])),
    );
    yield rewritten(`"${line}" last`, [...lines.filter((_, at) => at !== index), line]);
    if (!line.startsWith('datahash = '))
      yield rewritten(
        `"${line}" changed`,
        lines.map((each, at) => (at === index ? `${each}0` : each)),
      );
  }
  for (const line of [
    'depend = so:libevil.so.1',
    'depend = so-ver:libevil.so.1>=1',
    'provides = cmd:evil=1',
    'replaces = busybox',
    'provider_priority = 100',
    'triggers = /usr/bin',
    'license = MIT',
    'builddate = 1718452801',
    'install_if = busybox',
    '# a comment',
    '',
    'size = 20',
  ]) {
    yield rewritten(`"${line}" added`, [...lines.slice(0, -1), line, lines.at(-1)!]);
  }
  yield rewritten('no newline at the end', lines, '');
  yield rewritten('lines end as on Windows', lines, '\r\n');
}

function* signatureChanges(parts: Parts, packing: Packing): Generator<Change> {
  const [first] = parts.signature;
  if (first === undefined) return;
  const around = (what: string, entries: (control: Uint8Array) => readonly PartEntry[]): Change => ({
    what: `signature: ${what}`,
    packing: { signing: entries },
  });
  for (const [what, change] of fields) {
    const changed = change(first);
    if (changed !== undefined) yield around(what, (control) => [signed(changed, control)]);
  }
  const twice = (name: string) => (control: Uint8Array) => [
    signed(first, control),
    signed({ ...first, name }, control),
  ];
  yield around('another one by the same key', twice('.SIGN.RSA.lab.rsa.pub'));
  yield around('another one by a key that nobody has', twice('.SIGN.RSA256.other.rsa.pub'));
  yield around('another one of an unknown kind', twice('.SIGN.DSA.lab.rsa.pub'));
  yield around('the same twice', twice(first.name));
  yield around('a file behind it', (control) => [
    signed(first, control),
    withText({ ...first, name: 'x' }, 'x'),
  ]);
  yield around('one byte longer', (control) => {
    const right = signed(first, control);
    return [withContent(right, Buffer.concat([right.content, Buffer.of(0)]))];
  });
  yield {
    what: 'signature: archive closed',
    packing: { end: (name) => (name === 'control' ? packing.end(name) : Buffer.alloc(1024)) },
  };
  yield { what: 'signature: dropped', parts: { ...parts, signature: [] } };
}

function* framingChanges(parts: Parts, packing: Packing): Generator<Change> {
  const names = (['signature', 'control', 'data'] as const).filter((name) => parts[name].length > 0);
  for (const name of names) {
    const by = (what: string, compress: (tar: Uint8Array) => Uint8Array | Promise<Uint8Array>): Change => ({
      what: `${name}: ${what}`,
      packing: {
        compress: async (section, tar) => (section === name ? compress(tar) : packing.compress(section, tar)),
      },
    });
    yield by('compressed by zlib', (tar) => gzipSync(tar));
    yield by('compressed by zlib, level 9', (tar) => gzipSync(tar, { level: 9 }));
    yield by('not compressed', (tar) => gzipSync(tar, { level: 0 }));
    if (name !== 'signature' || packing.deflate !== 'v1.15.10')
      yield by('compressed by Go', (tar) => gzipGo(tar));
    if (name === 'data') yield by('in one block', (tar) => gzipKlauspost(tar, packing.deflate));
    else yield by('in blocks', (tar) => joined(pgzip([tar], { generation: packing.deflate })));
    for (const [what, change] of headerChanges) {
      yield by(what, async (tar) => change(await packing.compress(name, tar)));
    }
    if (name !== 'signature') {
      const more = name === 'data' ? 512 : 1024;
      yield {
        what: `${name}: zero blocks at its end`,
        packing: {
          end: (section) =>
            section === name
              ? Buffer.concat([packing.end(section), Buffer.alloc(more)])
              : packing.end(section),
        },
      };
    }
  }
  yield { what: 'data: archive not closed', packing: { end: () => new Uint8Array(0) } };
  yield* fileChanges(names.length);
}

const inserted = (bytes: Uint8Array, flag: number, field: Uint8Array): Uint8Array => {
  const header = Uint8Array.from(bytes.subarray(0, 10));
  header[3] = flag;
  return Buffer.concat([header, field, bytes.subarray(10)]);
};

/** Bytes of a gzip header that no reader looks at (RFC 1952 §2.3). */
const headerChanges: readonly (readonly [string, (member: Uint8Array) => Uint8Array])[] = [
  ['gzip header: text flag', (member) => inserted(member, 1, new Uint8Array(0))],
  ['gzip header: file name', (member) => inserted(member, 8, Buffer.from('x\0'))],
  ['gzip header: comment', (member) => inserted(member, 16, Buffer.from('x\0'))],
  ['gzip header: extra field', (member) => inserted(member, 4, Buffer.from([1, 0, 120]))],
  ['gzip header: time', (member) => flip(member, 4)],
  ['gzip header: extra flags', (member) => flip(member, 8)],
  ['gzip header: system', (member) => flip(member, 9)],
];

function* fileChanges(sections: number): Generator<Change> {
  const whole = (what: string, bytes: NonNullable<Change['bytes']>): Change => ({
    what: `file: ${what}`,
    bytes,
  });
  yield whole('a zero byte behind', (file) => Buffer.concat([file, Buffer.of(0)]));
  yield whole('an empty member behind', (file) => Buffer.concat([file, gzipSync('')]));
  yield whole('its last byte dropped', (file) => file.subarray(0, -1));
  yield whole('the data section twice', (file, { data }) => Buffer.concat([file, data]));
  yield whole('a byte in front', (file) => Buffer.concat([Buffer.of(0), file]));
  yield whole('control and data exchanged', (_, { signature, control, data }) =>
    Buffer.concat([signature, data, control]),
  );
  if (sections < 3) return;
  yield whole('the signature section twice', (file, { signature }) => Buffer.concat([signature, file]));
  yield whole('an empty member in front', (file) => Buffer.concat([gzipSync(''), file]));
}

function sectionsOf(file: Uint8Array, isSigned: boolean): Sections {
  const starts: number[] = [];
  // Sections begin with a gzip header that nothing inside a deflate stream of these packages looks like.
  for (
    let at = 0;
    at >= 0;
    at = Buffer.from(file.buffer, file.byteOffset, file.length).indexOf(magic, at + 1)
  )
    starts.push(at);
  const control = isSigned ? starts[1]! : 0;
  const data = starts[isSigned ? 2 : 1]!;
  return {
    signature: file.subarray(0, control),
    control: file.subarray(control, data),
    data: file.subarray(data),
  };
}

const magic = Buffer.of(0x1f, 0x8b, 8, 0);

/** Every text of the SBOM changed in its last character, each by the path to it. */
export async function* sbomMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const entry = parts.data[index]!;
  const text = decodeBytes(entry.content);
  for (const { path, start, end } of jsonTexts(text)) {
    const last = text[end - 2] === 'x' ? 'y' : 'x';
    const changed = end - start === 2 ? `${text.slice(0, end - 1)}x` : `${text.slice(0, end - 2)}${last}`;
    const grown = end - start === 2 ? 1 : 0;
    const content = encodeBytes(changed + text.slice(end - 1));
    const altered = withSize(
      changeData(parts, index, () => withContent(entry, content)),
      grown,
    );
    yield { what: path, bytes: await putTogether(altered, packing) };
  }
}

/** Strings of a JSON text that are values, with their place in it, the quotes included. */
function jsonTexts(text: string): { path: string; start: number; end: number }[] {
  const found: { path: string; start: number; end: number }[] = [];
  const path: (string | number)[] = [];
  const expectsKey: boolean[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const [token] = match;
    if (token === '{' || token === '[') {
      path.push(token === '{' ? '' : 0);
      expectsKey.push(token === '{');
    } else if (token === '}' || token === ']') {
      path.pop();
      expectsKey.pop();
    } else if (token === ',') {
      const last = path.at(-1);
      if (typeof last === 'number') path[path.length - 1] = last + 1;
      else expectsKey[expectsKey.length - 1] = true;
    } else if (token !== ':') {
      if (expectsKey.at(-1) === true) {
        path[path.length - 1] = JSON.parse(token) as string;
        expectsKey[expectsKey.length - 1] = false;
      } else {
        found.push({ path: path.join('/'), start: match.index, end: match.index + token.length });
      }
    }
  }
  return found;
}

/** Every byte of a section's archive, one after the other; of the signature section the signature's own among them. */
export async function* archiveByteMutants(
  { parts, packing }: Whole,
  section: keyof Parts,
): AsyncGenerator<Mutant> {
  for (let at = 0, size = 1; at < size; at++) {
    const alter: Packing['alter'] = (name, tar) => {
      if (name !== section) return tar;
      size = tar.length;
      return withTarByte(tar, at, 1 << (at % 8));
    };
    yield { what: `${section} archive byte ${at}`, bytes: await putTogether(parts, { ...packing, alter }) };
  }
}

/** Every byte of the SBOM, its checksum right. */
export async function* sbomByteMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const entry = parts.data[index]!;
  for (let at = 0; at < entry.content.length; at++) {
    const content = entry.content.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte));
    const altered = changeData(parts, index, () => withContent(entry, content));
    yield { what: `SBOM byte ${at}`, bytes: await putTogether(altered, packing) };
  }
}
