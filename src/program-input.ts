/**
 * The input of a program. Values out of a recipe become arguments and variables only here: the type cannot
 * hold what the kernel, or setenv(3), refuses.
 */
import { encodeBytes } from './bytes.ts';
import { Failure } from './failure.ts';

declare const parsed: unique symbol;

/** Arguments and the whole environment of a program, as execve(2) takes them. */
export interface ProgramInput {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly [parsed]: true;
}

export const programBounds = {
  /** MAX_ARG_STRLEN of Linux (include/uapi/linux/binfmts.h) with pages of 4 KiB: one argument or variable, its zero byte included. */
  stringBytes: 32 * 4096,
  /** A quarter of the usual stack of 8 MiB: all of them, with a pointer for each (execve(2), "Limits on size of arguments"). */
  totalBytes: 2 * 1024 ** 2,
} as const;

/** Why a program cannot get an input, in words: `its script has a zero byte`. */
export interface ProgramFault {
  readonly fault: string;
}

/** The input of one of our own programs, none of which comes from outside. */
export function ownInput(
  argv: readonly string[],
  env: ReadonlyMap<string, string> = new Map(),
): ProgramInput {
  const input = programInput(argv, env);
  if ('fault' in input)
    throw new Failure('internal', 'a program was given an input that the kernel does not pass on', {
      got: input.fault,
    });
  return input;
}

/** Parses the input of a program; the last of `argv` is called its script in messages. */
export function programInput(
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): ProgramInput | ProgramFault {
  const fault = faultOf(argv, env);
  return fault === undefined ? ({ argv, env } as ProgramInput) : { fault };
}

function faultOf(argv: readonly string[], env: ReadonlyMap<string, string>): string | undefined {
  let total = 0;
  const add = (text: string, what: string): string | undefined => {
    if (text.includes('\0')) return `${what} has a zero byte`;
    const bytes = encodeBytes(text).length + 1;
    total += bytes + pointerBytes;
    return bytes > programBounds.stringBytes ? `${what} is longer than the kernel takes` : undefined;
  };
  for (const text of argv) {
    const fault = add(text, 'its script');
    if (fault !== undefined) return fault;
  }
  for (const [name, value] of env) {
    const fault = nameFault(name) ?? add(`${name}=${value}`, `its variable ${shortened(name)}`);
    if (fault !== undefined) return fault;
  }
  return total > programBounds.totalBytes
    ? 'its script and variables are together longer than the kernel takes'
    : undefined;
}

const pointerBytes = 8;

/** Why a name is refused: setenv(3) refuses it, and so does bubblewrap. */
function nameFault(name: string): string | undefined {
  if (name === '') return 'one of its variables has no name';
  return name.includes('=') ? `its variable ${shortened(name)} has a = in its name` : undefined;
}

function shortened(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

/** Whether a text holds bytes that are not UTF-8 (`bytes.ts`), which Node changes where it starts a program. */
export function hasRawBytes(text: string): boolean {
  return /[\udc80-\udcff]/u.test(text);
}
