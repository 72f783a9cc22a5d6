/** Programs of the kernel's classic packet filter over a system call (seccomp(2), linux/filter.h, linux/seccomp.h). */

export interface Instruction {
  readonly code: number;
  /** How many instructions to skip where a comparison holds, and where it does not. */
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly operand: number;
}

/** Operation codes of linux/bpf_common.h, put together. */
const loadWord = 0x20;
const andOperand = 0x54;
const jumpEqual = 0x15;
const jumpAbove = 0x25;
const jumpAnyBit = 0x45;
const giveBack = 0x06;

/** `struct seccomp_data`; arguments are eight bytes each, of which these architectures put the lower half first. */
export const numberOffset = 0;
export const architectureOffset = 4;
export const argumentOffset = (index: number): number => 16 + 8 * index;

const allowed = 0x7fff0000;
const failed = 0x00050000;

export const load = (offset: number): Instruction => plain(loadWord, offset);
export const keepBits = (mask: number): Instruction => plain(andOperand, mask);
export const allow: Instruction = plain(giveBack, allowed);
/** The call is not made and fails with an error number. */
export const fail = (errno: number): Instruction => plain(giveBack, failed | errno);

/** Instructions that run only where the loaded value is this one; skipped where it is not. */
export const whenEqual = (value: number, then: readonly Instruction[]): Instruction[] => [
  { code: jumpEqual, whenTrue: 0, whenFalse: then.length, operand: value },
  ...then,
];

/** Instructions that run only where the loaded value is any of these. */
export const whenOneOf = (values: readonly number[], then: readonly Instruction[]): Instruction[] => [
  ...values.map((value, index) => ({
    code: jumpEqual,
    whenTrue: values.length - 1 - index,
    whenFalse: index === values.length - 1 ? then.length : 0,
    operand: value,
  })),
  ...then,
];

/** Instructions that run only where the loaded value is none of these. */
export const whenNoneOf = (values: readonly number[], then: readonly Instruction[]): Instruction[] => [
  ...values.map((value, index) => ({
    code: jumpEqual,
    whenTrue: values.length - 1 - index + then.length,
    whenFalse: 0,
    operand: value,
  })),
  ...then,
];

export const whenAbove = (value: number, then: readonly Instruction[]): Instruction[] => [
  { code: jumpAbove, whenTrue: 0, whenFalse: then.length, operand: value },
  ...then,
];

export const whenAnyBit = (mask: number, then: readonly Instruction[]): Instruction[] => [
  { code: jumpAnyBit, whenTrue: 0, whenFalse: then.length, operand: mask },
  ...then,
];

function plain(code: number, operand: number): Instruction {
  return { code, whenTrue: 0, whenFalse: 0, operand };
}

/** An array of `struct sock_filter`, as bwrap(1) takes it (`--seccomp`). */
export function emitInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(8 * instructions.length);
  for (const [index, { code, whenTrue, whenFalse, operand }] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(whenTrue, 8 * index + 2);
    bytes.writeUInt8(whenFalse, 8 * index + 3);
    bytes.writeUInt32LE(operand >>> 0, 8 * index + 4);
  }
  return bytes;
}
