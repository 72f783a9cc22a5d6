/** Changes of what is around the archives: signatures, gzip members, the file as a whole. */
import { gzipSync } from 'node:zlib';
import { gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/encoders.ts';
import { deflateEncoders } from '../../../src/melange/deflate-encoder.ts';
import {
  joined,
  type Packing,
  type PartEntry,
  type Parts,
  putTogether,
  signed,
  withContent,
  withText,
} from '../../support/parts.ts';
import { type Change, fields, flip, type Sections, type Whole } from './attributes.ts';

export function* signatureChanges(parts: Parts, packing: Packing): Generator<Change> {
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

export function* framingChanges(parts: Parts, packing: Packing): Generator<Change> {
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
    yield by('compressed by Go', (tar) => gzipGo(tar));
    for (const encoder of deflateEncoders) {
      yield by(`in one stream by ${encoder}`, (tar) => gzipKlauspost(tar, encoder));
      yield by(`in blocks by ${encoder}`, (tar) => joined(pgzip([tar], { encoder })));
    }
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

/** The file that a change makes. */
export async function madeBy(change: Change, { parts, packing }: Whole): Promise<Uint8Array> {
  const bytes = await putTogether(change.parts ?? parts, { ...packing, ...change.packing });
  return change.bytes?.(bytes, sectionsOf(bytes, (change.parts ?? parts).signature.length > 0)) ?? bytes;
}

/** The members of a whole file. */
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
