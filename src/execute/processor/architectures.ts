/** The architectures whose packages are rebuilt: how their programs are recognised, what emulates them, and a program of each. */

export const rebuiltArchitectures = ['x86_64', 'aarch64'] as const;

/** apk's name for the architecture. */
export type RebuiltArchitecture = (typeof rebuiltArchitectures)[number];

/** Undefined for an architecture whose packages are not rebuilt. */
export function rebuiltArchitecture(name: string): RebuiltArchitecture | undefined {
  return rebuiltArchitectures.find((each) => each === name);
}

/** Node's name of the processor (`process.arch`); undefined where no package is rebuilt natively. */
export function architectureOfMachine(arch: string): RebuiltArchitecture | undefined {
  switch (arch) {
    case 'x64':
      return 'x86_64';
    case 'arm64':
      return 'aarch64';
    default:
      return undefined;
  }
}

/** `e_machine` of ELF files (elf.h). */
const elfMachines: Readonly<Record<RebuiltArchitecture, number>> = { x86_64: 62, aarch64: 183 };

/** Programs that emulate the architecture; the names that Debian and others give to a static qemu come first. */
export function emulatorNames(architecture: RebuiltArchitecture): readonly string[] {
  return [`qemu-${architecture}-static`, `qemu-${architecture}`];
}

const fileHeaderSize = 64;
const segmentHeaderSize = 56;
const loadAddress = 0x400000n;

/** The first bytes of every 64-bit little-endian program: class, byte order, version of the format (System V ABI, ELF header). */
const identification = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1];

/**
 * The beginning of an executable for an architecture, and which of its bits count: all except those that name the system's interface, and the
 * bit of the type that separates executables (2) from those that can be moved (3).
 */
export function programHeader(architecture: RebuiltArchitecture): {
  readonly magic: Uint8Array;
  readonly mask: Uint8Array;
} {
  const magic = new Uint8Array(20);
  magic.set(identification);
  magic.set([2, 0, elfMachines[architecture], 0], 16);
  const mask = new Uint8Array(20).fill(0xff);
  mask[7] = 0;
  mask[16] = 0xfe;
  return { magic, mask };
}

/** Loads the address of argv[0], reads its first byte and ends with it as the exit status. */
const instructions: Readonly<Record<RebuiltArchitecture, readonly number[]>> = {
  // mov rdi, [rsp+8]; movzx edi, byte ptr [rdi]; mov eax, 60; syscall
  x86_64: [0x48, 0x8b, 0x7c, 0x24, 0x08, 0x0f, 0xb6, 0x3f, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
  // ldr x0, [sp, #8]; ldrb w0, [x0]; mov x8, #93; svc #0
  aarch64: [0xe0, 0x07, 0x40, 0xf9, 0, 0, 0x40, 0x39, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4],
};

/** A static program that exits with the first character of the name by which it was called: one segment with the file itself. */
export function probeProgram(architecture: RebuiltArchitecture): Uint8Array {
  const code = instructions[architecture];
  const start = fileHeaderSize + segmentHeaderSize;
  const bytes = Buffer.alloc(start + code.length);
  bytes.set(programHeader(architecture).magic);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(loadAddress + BigInt(start), 24);
  bytes.writeBigUInt64LE(BigInt(fileHeaderSize), 32);
  bytes.writeUInt16LE(fileHeaderSize, 52);
  bytes.writeUInt16LE(segmentHeaderSize, 54);
  bytes.writeUInt16LE(1, 56);
  const readable = 4;
  const executable = 1;
  bytes.writeUInt32LE(1, fileHeaderSize);
  bytes.writeUInt32LE(readable | executable, fileHeaderSize + 4);
  bytes.writeBigUInt64LE(loadAddress, fileHeaderSize + 16);
  bytes.writeBigUInt64LE(loadAddress, fileHeaderSize + 24);
  bytes.writeBigUInt64LE(BigInt(bytes.length), fileHeaderSize + 32);
  bytes.writeBigUInt64LE(BigInt(bytes.length), fileHeaderSize + 40);
  bytes.writeBigUInt64LE(0x1000n, fileHeaderSize + 48);
  bytes.set(code, start);
  return bytes;
}
