/**
 * Runs the machine's objdump over the instructions of functions, as plain bytes: no header of the files in which they lie reaches it. It runs in the
 * sandbox of a build all the same, since whoever wrote the files chose the bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeTree } from '../execute/run-directory.ts';
import { Failure } from '../failure.ts';
import { addTo } from '../lists.ts';
import { OutputTail } from '../output-tail.ts';
import { ownInput } from '../program-input.ts';
import type { Machine } from './engine.ts';
import { openProgramSandbox } from './program-sandbox.ts';

/** The instructions of one function of one side. */
export interface Instructions {
  /** `e_machine` of the file (System V ABI, ELF Header). */
  readonly machine: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly bytes: Uint8Array;
}

export interface Disassembly {
  /** Path of the program. */
  readonly program: string;
  /** A folder to work in; it must not exist, and is removed at the end. */
  readonly directory: string;
  readonly machine: Pick<Machine, 'sandbox' | 'ids' | 'limits' | 'signal'>;
}

const mebibyte = 1024 * 1024;
const most = { stepSeconds: 60, fileBytes: 64 * mebibyte, diskBytes: 64 * mebibyte };
/** What objdump prints of all functions of one architecture. */
const mostOutputBytes = 32 * mebibyte;

const [codeTarget, programTarget] = ['/code', '/objdump'];

/** `-m` of objdump for values of `e_machine` (binutils bfd/archures.c; elf.h). */
function architectureOf({ machine, bits }: Instructions): string | undefined {
  switch (machine) {
    case 3:
      return 'i386';
    case 62:
      return bits === 64 ? 'i386:x86-64' : 'i386:x64-32';
    case 40:
      return 'arm';
    case 183:
      return bits === 64 ? 'aarch64' : 'aarch64:ilp32';
    case 21:
      return 'powerpc:common64';
    case 22:
      return bits === 64 ? 's390:64-bit' : 's390:31-bit';
    case 243:
      return bits === 64 ? 'riscv:rv64' : 'riscv:rv32';
    default:
      return undefined;
  }
}

/**
 * The lines of each function, one for each instruction, without addresses; undefined where the program does not know the processor. Fails with `unsupported` where the program
 * fails, with `build-limit` where it exceeds a limit, and as the sandbox does.
 */
export async function disassemble(
  functions: readonly Instructions[],
  disassembly: Disassembly,
): Promise<readonly (readonly string[] | undefined)[]> {
  const { directory, machine } = disassembly;
  mkdirSync(directory, { mode: 0o700 });
  try {
    const code = join(directory, 'code');
    mkdirSync(code);
    const byArchitecture = new Map<string, number[]>();
    functions.forEach((each, at) => {
      const architecture = architectureOf(each);
      if (architecture === undefined) return;
      writeFileSync(join(code, String(at)), each.bytes);
      addTo(byArchitecture, `${architecture} ${each.littleEndian ? '-EL' : '-EB'}`, at);
    });
    const found = new Map<number, readonly string[]>();
    const run = await objdump(code, disassembly);
    for (const [architecture, places] of byArchitecture) {
      for (const [at, lines] of linesOf(await run(architecture.split(' '), places))) found.set(at, lines);
    }
    return functions.map((_, at) => found.get(at));
  } finally {
    await removeTree(directory, machine.ids);
  }
}

/** Opens the sandbox; what it gives runs the program once for one architecture, and returns what it printed: nothing where it does not know the architecture. */
async function objdump(code: string, { program, directory, machine }: Disassembly) {
  const sandbox = await openProgramSandbox({
    directory,
    program,
    target: programTarget,
    mounts: [{ source: code, target: codeTarget, writable: false }],
    most,
    machine,
  });
  return async ([architecture, order]: readonly string[], places: readonly number[]): Promise<string> => {
    const output = new OutputTail(mostOutputBytes);
    const files = places.map((at) => `${codeTarget}/${at}`);
    const argv = ['-D', '-z', '-b', 'binary', '-m', architecture!, order!, '--no-show-raw-insn', ...files];
    const end = await sandbox
      .run({
        ...ownInput([programTarget, ...argv], new Map([['LC_ALL', 'C']])),
        onOutput: (bytes) => output.add(bytes),
      })
      .catch((failure) => {
        if (!(failure instanceof Failure) || failure.code !== 'environment-invalid') throw failure;
        throw new Failure('unsupported', 'objdump cannot be started', {
          got: basename(program),
          cause: failure,
        });
      });
    machine.signal.throwIfAborted();
    if (end.exceeded !== undefined)
      throw new Failure('build-limit', 'disassembling exceeded a limit', {
        got: end.exceeded,
        exceeded: end.exceeded,
      });
    return end.exitCode === 0 ? output.text() : '';
  };
}

/** Instructions by the number of the file (binutils binutils/objdump.c, `display_object_bfd`, `disassemble_bytes`). */
function linesOf(printed: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  let lines: string[] = [];
  for (const line of printed.split('\n')) {
    const file = /^\/code\/(\d+): {5}file format binary$/.exec(line)?.[1];
    if (file !== undefined) {
      lines = [];
      found.set(Number(file), lines);
      continue;
    }
    const instruction = /^ *[0-9a-f]+:\t(.*)$/.exec(line)?.[1];
    // For aarch64 a tab follows the name of the instruction, and another precedes a remark (binutils 2.40).
    if (instruction !== undefined) lines.push(instruction.trimEnd().replaceAll('\t', ' '));
  }
  return found;
}
