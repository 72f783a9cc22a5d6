/** Machine code for the processor of the machine that built, as `-march=native` makes it. */
import { sectionType } from '../../formats/elf/field-table.ts';
import { type ElfObject, parseElfObject } from '../../formats/elf/object.ts';
import type { Detector, Evidence, Finding } from './evidence.ts';

export const marchNative: Detector = {
  kind: 'march-native',
  detect: (evidence) => {
    const { published, rebuilt, difference, changes } = evidence;
    if (difference.kind !== 'content' || published === undefined || rebuilt === undefined) return [];
    const code = changes.filter(({ about }) => about === 'machine-code');
    if (code.length === 0) return [];
    const [left, right] = [extensionsOf(published), extensionsOf(rebuilt)];
    if (left === undefined || right === undefined || left === right) return [];
    return [findingOf(left, right, code)];
  },
};

function findingOf(published: Extension, rebuilt: Extension, explains: Evidence['changes']): Finding {
  return {
    confidence: 'likely',
    place: explains[0]!.place,
    published: extensionTitles[published],
    rebuilt: extensionTitles[rebuilt],
    why: 'the code of one side uses instructions that the other does not: it was compiled for the processor of the builder',
    explains,
  };
}

type Extension = 'none' | 'avx' | 'avx512';

const extensionTitles: Readonly<Record<Extension, string>> = {
  none: 'no vector instructions beyond SSE',
  avx: 'AVX instructions',
  avx512: 'AVX-512 instructions',
};

const machineX8664 = 62;
const executable = 4;
const mostSections = 65_536;

/** The most demanding instructions of the code; undefined for what is not a program for x86-64, or is too much on the border to say. */
function extensionsOf(bytes: Uint8Array): Extension | undefined {
  const elf = parseElfObject(bytes, mostSections);
  if (elf === undefined || elf.file.machine !== machineX8664) return undefined;
  const counts: Counts = { code: 0, avx: 0, avx512: 0, blocks: new Set() };
  for (const content of codeOf(elf)) countVector(content, counts);
  if (counts.code === 0) return undefined;
  const few = counts.avx + counts.avx512 <= chance.strays + counts.code / chance.bytesForNone;
  if (!few && !isSpread(counts)) return undefined;
  if (isUsed(counts.avx512, counts.code)) return 'avx512';
  if (isUsed(counts.avx, counts.code)) return 'avx';
  return isUnused(counts.avx, counts.code) && isUnused(counts.avx512, counts.code) ? 'none' : undefined;
}

/**
 * Patterns of three bytes come by chance: among 1,457 programs of Debian, which has none for such processors, at most twice in a small one, and rarely
 * more than once in ten thousand bytes of a large one. Code that was compiled for AVX has them a hundred times as often.
 */
const chance = { fewest: 5, bytesForOne: 2000, bytesForNone: 20_000, strays: 2 } as const;

function isUsed(count: number, code: number): boolean {
  return count >= chance.fewest && count > code / chance.bytesForOne;
}

const blockBytes = 1024;
const fewestBlocks = 16;

/** Whether instructions lie all over the code, as a compiler puts them; written by hand, they fill a few functions. Small programs say nothing of it. */
function isSpread({ code, blocks }: Counts): boolean {
  const all = code / blockBytes;
  return all < fewestBlocks || blocks.size >= all / 8;
}

function isUnused(count: number, code: number): boolean {
  return count <= chance.strays + code / chance.bytesForNone;
}

function codeOf({ sections }: ElfObject): readonly Uint8Array[] {
  return sections
    .filter(({ flags, type }) => (flags & executable) !== 0 && type !== sectionType.note)
    .map(({ content }) => content);
}

interface Counts {
  code: number;
  avx: number;
  avx512: number;
  /** The blocks of the code that have such instructions. */
  readonly blocks: Set<number>;
}

/**
 * Counts instructions with a VEX or an EVEX prefix by their usual encodings, without disassembling (Intel SDM, volume 2, 2.3 and 2.7): `c5`, a byte
 * whose bits for an unused operand are set, and an opcode of a move, of arithmetic or `vzeroupper`; `c4 e2` and `c4 e1`; `62 f1` to `62 f3`.
 */
function countVector(code: Uint8Array, counts: Counts): void {
  const start = counts.code;
  counts.code += code.length;
  for (let at = 0; at + 3 < code.length; at += 1) {
    const before = counts.avx + counts.avx512;
    const [first, second, third] = [code[at]!, code[at + 1]!, code[at + 2]!];
    // Behind the opcode of an instruction between registers, the byte names these registers.
    if (at > 0 && registerOpcodes.has(code[at - 1]!)) continue;
    if (first === 0xc5 && (second & 0x78) >= 0x68 && shortOpcodes.has(third)) counts.avx += 1;
    else if (
      first === 0xc4 &&
      (second & 0x1f) >= 1 &&
      (second & 0x1f) <= 3 &&
      second >= 0xc0 &&
      (third & 0x78) >= 0x68
    )
      counts.avx += 1;
    else if (
      first === 0x62 &&
      second >= 0xf1 &&
      second <= 0xf3 &&
      (third & 0x04) !== 0 &&
      (third & 0x68) >= 0x68
    )
      counts.avx512 += 1;
    if (counts.avx + counts.avx512 > before) counts.blocks.add(Math.floor((start + at) / blockBytes));
  }
}

/** Opcodes of the old instructions that take two registers (Intel SDM, volume 2, appendix A). */
const registerOpcodes: ReadonlySet<number> = new Set([
  ...[
    0x01, 0x03, 0x09, 0x0b, 0x11, 0x13, 0x19, 0x1b, 0x21, 0x23, 0x29, 0x2b, 0x31, 0x33, 0x39, 0x3b, 0x63,
    0x69, 0x6b,
  ],
  ...[
    0x80, 0x81, 0x83, 0x84, 0x85, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8d, 0xc0, 0xc1, 0xd1, 0xd3, 0xf6, 0xf7,
    0xff, 0xb6, 0xb7, 0xbe, 0xbf, 0xaf,
  ],
  ...[
    0x10, 0x28, 0x29, 0x2e, 0x2f, 0x51, 0x54, 0x57, 0x58, 0x59, 0x5a, 0x5c, 0x5e, 0x6e, 0x6f, 0x7e, 0xef,
    0xfe,
  ],
]);

/** Moves, logic and arithmetic of floating point and integers, `vzeroupper`. */
const shortOpcodes: ReadonlySet<number> = new Set([
  0x10, 0x11, 0x14, 0x28, 0x29, 0x2a, 0x2c, 0x2e, 0x2f, 0x51, 0x54, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d,
  0x5e, 0x5f, 0x62, 0x6c, 0x6e, 0x6f, 0x70, 0x72, 0x73, 0x77, 0x7e, 0x7f, 0xc6, 0xd4, 0xd6, 0xdb, 0xe6, 0xe7,
  0xeb, 0xef, 0xf4, 0xfa, 0xfb, 0xfc, 0xfe,
]);
