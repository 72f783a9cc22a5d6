/** The one place that starts programs: argument arrays only, bounded output, cancellable. */
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Failure } from './failure.ts';

/** The machine's own programs; nothing of a caller's search path is used. */
export const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where one of the machine's programs is; undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  return hostPath
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The same. Fails with `sandbox-unavailable` where it is not installed. */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new Failure('sandbox-unavailable', `${name} is not installed`, {
    hint: 'run `wolfi-repro doctor` to see how to get it',
  });
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Called with output as it comes, standard output and standard error interleaved. A failure of it ends the program. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Takes standard output apart from standard error; `onOutput` then sees standard error only. */
  readonly onStdout?: (bytes: Uint8Array) => void;
  /** Takes what is written to file descriptor 4, which is there only with this. */
  readonly onStatus?: (bytes: Uint8Array) => void;
}

export interface ProcessEnd {
  /** Exit status; undefined where a signal ended the program. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface RunningProcess {
  readonly pid: number;
  /** File descriptor 3 of the program: what is written there tells it to go on. */
  readonly gate: Writable;
  /** The program is gone; what it started may still hold its output open. */
  readonly exited: Promise<void>;
  /** The program is gone and its output read to the end. Fails with what a callback failed with. */
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a program with standard input from nowhere and a gate on file descriptor 3, away from the terminal's signals: only
 * the abort signal ends it. Fails with `sandbox-unavailable` if it cannot be started at all.
 */
export async function startProcess(
  command: string,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<RunningProcess> {
  const { execa } = await import('execa');
  const nowhere = openSync('/dev/null', 'r');
  const child = execa(command, argv, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    env: options.env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...furtherDescriptors(options, nowhere)],
    buffer: false,
    encoding: 'buffer',
    reject: false,
    detached: true,
    killSignal: 'SIGKILL',
  });
  closeSync(nowhere);
  let failure: { readonly cause: unknown } | undefined;
  const guarded = (take: ((bytes: Uint8Array) => void) | undefined) => (bytes: Uint8Array) => {
    if (take === undefined || failure !== undefined) return;
    try {
      take(bytes);
    } catch (cause) {
      failure = { cause };
      child.kill('SIGKILL');
    }
  };
  consume(child.stdout, guarded(options.onStdout ?? options.onOutput));
  consume(child.stderr, guarded(options.onOutput));
  if (options.onStatus !== undefined)
    consume(child.stdio[4] as unknown as Readable, guarded(options.onStatus));
  const gate = child.stdio[3] as unknown as Writable;
  gate.on('error', () => undefined);
  if (child.pid === undefined) {
    const result = await child;
    throw new Failure('sandbox-unavailable', `${command} cannot be started`, { cause: result.cause });
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = child.then(({ exitCode, signal }) => {
    if (failure !== undefined) throw failure.cause;
    return { exitCode, signal };
  });
  ended.catch(() => undefined);
  return { pid: child.pid, gate, exited, ended };
}

function consume(stream: Readable, take: (bytes: Uint8Array) => void): void {
  stream.on('data', take);
  stream.on('error', () => undefined);
}

/**
 * Descriptors from 4 on. Those of this process that a program would inherit, because whoever started it left them open, lead
 * nowhere instead.
 */
function furtherDescriptors(
  { onStatus }: ProcessOptions,
  nowhere: number,
): ('ignore' | 'pipe')[] {
  const leaked = inheritableDescriptors();
  const last = Math.max(onStatus === undefined ? 3 : 4, ...leaked);
  return Array.from({ length: last - 3 }, (_, index) => {
    const descriptor = index + 4;
    if (descriptor === 4 && onStatus !== undefined) return 'pipe';
    // execa hands numbers on to Node, but its types know them for the first three only.
    return leaked.includes(descriptor) ? (nowhere as unknown as 'ignore') : 'ignore';
  });
}

const closeOnExec = 0o2000000;

/** Descriptors from 4 on without FD_CLOEXEC (proc(5), `flags` of fdinfo); Node sets it on all of its own. */
function inheritableDescriptors(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((descriptor) => descriptor > 3 && descriptor < 65536 && isInheritable(descriptor));
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The descriptor through which the list itself was read.
    return false;
  }
}

/** Runs a short program to its end and returns its exit status and the last 64 KiB of its output. */
export async function runProcess(
  command: string,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<ProcessEnd & { readonly output: string }> {
  const output = new OutputTail(64 * 1024);
  const child = await startProcess(command, argv, {
    ...options,
    onOutput: (bytes) => {
      output.add(bytes);
      options.onOutput?.(bytes);
    },
  });
  child.gate.end();
  const end = await child.ended;
  return { ...end, output: output.text() };
}

/** The last bytes of a stream of output. */
export class OutputTail {
  #held: Buffer = Buffer.alloc(0);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    const last = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    const kept = this.#held.subarray(Math.max(0, this.#held.length + last.length - this.#limit));
    this.#held = Buffer.concat([kept, last]);
  }

  text(): string {
    return this.#held.toString('utf8');
  }
}
