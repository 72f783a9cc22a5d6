/** Made-up trees and ELF files. */

import type { Dependencies, PackageOptions } from '../../../src/claim/recipe/recipe.ts';
import {
  type AnalysisInput,
  analyseDependencies,
  type GeneratedDependencies,
  readCompressedModules,
} from '../../../src/emit/dependencies/dependencies.ts';
import { type Tree, type TreeEntry, treeOf } from '../../../src/execute/tree.ts';
import { contentOf } from '../../../src/formats/content.ts';
import { formatOf } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';

type Node = Pick<TreeEntry, 'type' | 'mode' | 'target' | 'content'>;

const nothing = contentOf(new Uint8Array(0));

export function file(content: string | Uint8Array = '', mode = 0o644): Node {
  return { type: 'file', mode, target: '', content: contentOf(Buffer.from(content)) };
}

export function program(content: string | Uint8Array = ''): Node {
  return file(content, 0o755);
}

export function link(target: string): Node {
  return { type: 'symlink', mode: 0o777, target, content: nothing };
}

export const directory: Node = { type: 'directory', mode: 0o755, target: '', content: nothing };

/** A tree of the given paths and of the directories above them. */
export function treeWith(nodes: Readonly<Record<string, Node>>): Tree {
  const all = new Map<string, Node>();
  for (const [path, node] of Object.entries(nodes)) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (!all.has(path.slice(0, slash))) all.set(path.slice(0, slash), directory);
    }
    all.set(path, node);
  }
  return treeOf([...all].map(([path, node]) => ({ path, uid: 0, gid: 0, xattrs: [], ...node })));
}

export const noDependencies: Dependencies = {
  runtime: [],
  provides: [],
  replaces: [],
  providerPriority: '',
  replacesPriority: '',
};

export const noOptions: PackageOptions = {
  noProvides: false,
  noDepends: false,
  noCommands: false,
  noVersionedShlibDeps: false,
  noVendoredCrossPackageDeps: false,
};

export interface Case extends Partial<Omit<AnalysisInput, 'format' | 'tree' | 'options'>> {
  readonly version?: string;
  readonly options?: Partial<PackageOptions>;
  /** Trees of other packages of the build, in their order behind the one analysed. */
  readonly others?: Readonly<Record<string, Tree>>;
}

/** Analyses the package `foo`, version 1.2-r3, of the newest melange unless the case says otherwise. */
export function analyse(nodes: Readonly<Record<string, Node>>, given: Case = {}): GeneratedDependencies {
  const { version = 'v0.59.1', options, others = {}, ...rest } = given;
  const tree = treeWith(nodes);
  const packageName = given.packageName ?? 'foo';
  return analyseDependencies({
    fullVersion: '1.2-r3',
    declared: noDependencies,
    relatives: [
      { name: packageName, tree },
      ...Object.entries(others).map(([name, other]) => ({ name, tree: other })),
    ],
    versionedShlibDepends: false,
    compressedModules: new Map(),
    ...rest,
    packageName,
    format: formatOf(parseRelease(version)!),
    options: { ...noOptions, ...options },
    tree,
  });
}

/** The same where kernel modules in the tree may be compressed with xz or zstd. */
export async function analyseModules(
  nodes: Readonly<Record<string, Node>>,
  given: Case = {},
): Promise<GeneratedDependencies> {
  const format = formatOf(parseRelease(given.version ?? 'v0.59.1')!);
  return analyse(nodes, {
    ...given,
    compressedModules: await readCompressedModules(treeWith(nodes), format),
  });
}

export interface ElfShape {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: readonly string[];
  /** Content of a section `.go.buildinfo`, which is mapped at address 0x10000. */
  readonly goBuildInfo?: Uint8Array;
  /** Names of further, empty sections. */
  readonly sections?: readonly string[];
}

/** An ELF file with a dynamic section and, if there is an interpreter, a segment for it. */
export function elf(shape: ElfShape = {}): Buffer {
  const { bits = 64, littleEndian = true, needed = [], soname = [] } = shape;
  const writer = new Writer(bits, littleEndian);
  const strings = new Strings();
  const dynamic = [
    ...needed.map((name) => [1, strings.add(name)]),
    ...soname.map((name) => [14, strings.add(name)]),
    [0, 0],
  ].flatMap(([tag, value]) => [writer.native(tag!), writer.native(value!)]);
  const names = new Strings();
  const sections: Part[] = [
    { name: '', type: 0, bytes: Buffer.alloc(0) },
    { name: '.dynstr', type: 3, bytes: strings.bytes() },
    { name: '.dynamic', type: 6, bytes: Buffer.concat(dynamic), link: 1 },
    ...(shape.sections ?? []).map((name) => ({ name, type: 1, bytes: Buffer.alloc(0) })),
  ];
  if (shape.goBuildInfo !== undefined) {
    sections.push({
      name: '.go.buildinfo',
      type: 1,
      bytes: Buffer.from(shape.goBuildInfo),
      address: 0x10000,
    });
  }
  const interpreter = Buffer.from(shape.interpreter === undefined ? '' : `${shape.interpreter}\0`);
  return writer.file({ shape, sections, names, interpreter });
}

interface Part {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
  readonly link?: number;
  readonly address?: number;
}

/** A string table: offsets of what was added. */
class Strings {
  readonly #texts: string[] = [''];
  #size = 1;

  add(text: string): number {
    const offset = this.#size;
    this.#texts.push(text);
    this.#size += Buffer.byteLength(text) + 1;
    return offset;
  }

  bytes(): Buffer {
    return Buffer.from(this.#texts.map((text) => `${text}\0`).join(''));
  }
}

/** Writes ELF structures of one class and byte order. */
class Writer {
  readonly #bits: 32 | 64;
  readonly #little: boolean;

  constructor(bits: 32 | 64, little: boolean) {
    this.#bits = bits;
    this.#little = little;
  }

  half(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#little) bytes.writeUInt16LE(value);
    else bytes.writeUInt16BE(value);
    return bytes;
  }

  word(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  }

  native(value: number): Buffer {
    if (this.#bits === 32) return this.word(value);
    const [low, high] = [this.word(value), this.word(0)];
    return Buffer.concat(this.#little ? [low, high] : [high, low]);
  }

  file(parts: { shape: ElfShape; sections: Part[]; names: Strings; interpreter: Buffer }): Buffer {
    const { shape, interpreter, names } = parts;
    const wide = this.#bits === 64;
    const [headerSize, segmentSize, sectionSize] = wide ? [64, 56, 64] : [52, 32, 40];
    const nameOffsets = [...parts.sections.map(({ name }) => names.add(name)), names.add('.shstrtab')];
    const sections = [...parts.sections, { name: '.shstrtab', type: 3, bytes: names.bytes() } as Part];
    const mapped = sections.find(({ address }) => address !== undefined);
    const segmentCount = (interpreter.length > 0 ? 1 : 0) + (mapped === undefined ? 0 : 1);
    const interpreterOffset = headerSize + segmentCount * segmentSize;
    let offset = interpreterOffset + interpreter.length;
    const placed = sections.map((section) => {
      const start = offset;
      offset += section.bytes.length;
      return { ...section, start };
    });
    const segments: Buffer[] = [];
    if (interpreter.length > 0) segments.push(this.#segment(3, interpreterOffset, 0, interpreter.length));
    for (const { address, bytes, start } of placed) {
      if (address !== undefined) segments.push(this.#segment(1, start, address, bytes.length));
    }
    return Buffer.concat([
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, this.#little ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      this.half(3),
      this.half(shape.machine ?? 62),
      this.word(1),
      this.native(0),
      this.native(headerSize),
      this.native(offset),
      this.word(0),
      this.half(headerSize),
      this.half(segmentSize),
      this.half(segmentCount),
      this.half(sectionSize),
      this.half(sections.length),
      this.half(sections.length - 1),
      ...segments,
      interpreter,
      ...placed.map(({ bytes }) => bytes),
      ...placed.map((section, index) => this.#section(section, nameOffsets[index]!)),
    ]);
  }

  /** Flags 6 say: data that can be written. */
  #segment(type: number, offset: number, address: number, size: number): Buffer {
    const places = [this.native(offset), this.native(address), this.native(address)];
    const sizes = [this.native(size), this.native(size)];
    const flags = this.word(6);
    return this.#bits === 64
      ? Buffer.concat([this.word(type), flags, ...places, ...sizes, this.native(1)])
      : Buffer.concat([this.word(type), ...places, ...sizes, flags, this.word(1)]);
  }

  #section(section: Part & { readonly start: number }, name: number): Buffer {
    return Buffer.concat([
      this.word(name),
      this.word(section.type),
      this.native(0),
      this.native(section.address ?? 0),
      this.native(section.start),
      this.native(section.bytes.length),
      this.word(section.link ?? 0),
      this.word(0),
      this.native(1),
      this.native(0),
    ]);
  }
}

/** The content of `.go.buildinfo` with the given lines (Go 1.18 and later). */
export function goBuildInfo(lines: readonly string[], version = 'go1.24.1'): Buffer {
  const framed = Buffer.concat([
    Buffer.alloc(16, 'a'),
    Buffer.from(lines.map((line) => `${line}\n`).join('')),
    Buffer.alloc(16, 'z'),
  ]);
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = 2;
  return Buffer.concat([header, varint(version.length), Buffer.from(version), varint(framed.length), framed]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80);
  return Buffer.from([...bytes, rest]);
}
