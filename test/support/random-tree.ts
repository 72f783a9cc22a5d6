/** Random trees, as the steps of a build might leave them: of every type, size and kind of name that packers trip over. */
import fc from 'fast-check';
import { decodeBytes } from '../../src/bytes.ts';
import type { EntryType, Tree, Xattr } from '../../src/execute/tree.ts';
import { type TreePart, tree } from './tree-builder.ts';

const segment = fc
  .oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-zA-Z0-9._+@-]{1,20}$/) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(98, 99, 100, 101, 154, 155, 156, 255).map((size) => 'n'.repeat(size)),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'é',
        '日本',
        '🎉',
        'a b',
        '-rf',
        'a\nb',
        '\t',
        '\x01\x7f',
        '"',
        '\\',
        '=',
        'x\u2028',
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 12 }).map(decodeBytes) },
  )
  .map((text) => text.replace(/[/\0]/g, '_'))
  .filter((text) => text !== '.' && text !== '..');

const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const id = fc.oneof(fc.constantFrom(0, 1000, 65_534, 2_097_151, 2_097_152, 4_294_967_294), fc.nat(70_000));

/** At the edges of tar blocks, of the encoder's windows and of pgzip's blocks and dictionaries, and beside them. */
const size = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2000) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(0, 512, 1024, 16_384, 65_535, 131_070, 1_048_576),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([edge, more]) => Math.max(0, edge + more)),
  },
);
const content = fc
  .tuple(size, fc.constantFrom('same', 'text', 'noise', 'half'), fc.nat(255))
  .map(([length, kind, seed]) => {
    const noise = (at: number) => (Math.imul(at + seed + 1, 0x9e3779b1) >>> 13) & 0xff;
    const byteAt = {
      same: () => seed,
      text: (at: number) => 97 + (noise(at % 977) % 20),
      noise: (at: number) => noise(Math.imul(at, at)),
      half: (at: number) => ((at >> 12) % 2 === 0 ? seed : noise(at)),
    }[kind]!;
    return Uint8Array.from({ length }, (_, at) => byteAt(at));
  });
const xattrs = fc.array(
  fc.record({
    name: fc.constantFrom('user.a', 'user.é', 'security.capability', 'user.long', 'trusted.x'),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(Buffer.alloc(0), Buffer.from('a=b\nc\0')),
    ),
  }),
  { maxLength: 3 },
);

interface Made {
  readonly path: string;
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target: string;
  readonly content: Uint8Array;
  readonly xattrs: readonly Xattr[];
  /** Whether it is another name of the file that was made before. */
  readonly again: boolean;
}

const made: fc.Arbitrary<Made> = fc.record({
  path,
  type: fc.constantFrom('file', 'file', 'file', 'directory', 'symlink', 'fifo', 'character-device'),
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  target: fc.oneof(path, fc.constantFrom('/', '..', `${'l'.repeat(99)}/x`, 'l'.repeat(101))),
  content,
  xattrs,
  again: fc.boolean(),
});

/** A tree in which every entry has its folders and every hard link a file. */
function treeOfMade(list: readonly Made[]): Tree {
  const parts = new Map<string, TreePart>();
  let first: TreePart | undefined;
  for (const { path: name, again, content: bytes, target, ...rest } of list) {
    const folders = name.split('/').map((_, index, all) => all.slice(0, index).join('/'));
    const above = folders.slice(1);
    if (parts.has(name) || above.some((each) => (parts.get(each)?.type ?? 'directory') !== 'directory'))
      continue;
    for (const folder of above)
      if (!parts.has(folder)) parts.set(folder, { path: folder, type: 'directory' });
    const part: TreePart = {
      ...rest,
      path: name,
      target: rest.type === 'symlink' ? target : '',
      ...(rest.type === 'file' ? { content: bytes } : {}),
      ...(rest.type === 'character-device' ? { device: { major: 1, minor: 3 } } : {}),
    };
    if (rest.type === 'file' && again && first !== undefined) {
      parts.set(name, { ...first, path: name, linkOf: first.path });
    } else {
      parts.set(name, part);
      if (rest.type === 'file') first = part;
    }
  }
  return tree(...parts.values());
}

export const trees: fc.Arbitrary<Tree> = fc.array(made, { minLength: 1, maxLength: 25 }).map(treeOfMade);
