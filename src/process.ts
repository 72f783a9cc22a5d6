/** The one place that starts programs: argument arrays only, bounded output, cancellable. */
import type { Readable, Writable } from 'node:stream';
import { Failure } from './failure.ts';

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Called with output as it comes, standard output and standard error interleaved. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Takes standard output apart from standard error; `onOutput` then sees standard error only. */
  readonly onStdout?: (bytes: Uint8Array) => void;
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
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a program with standard input from nowhere and a gate on file descriptor 3. Fails with
 * `sandbox-unavailable` if it cannot be started at all.
 */
export async function startProcess(
  command: string,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<RunningProcess> {
  const { execa } = await import('execa');
  const child = execa(command, argv, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    env: options.env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    buffer: false,
    encoding: 'buffer',
    reject: false,
    forceKillAfterDelay: 2000,
  });
  consume(child.stdout, options.onStdout ?? options.onOutput);
  consume(child.stderr, options.onOutput);
  const gate = child.stdio[3] as unknown as Writable;
  gate.on('error', () => undefined);
  const ended = child.then((result) => ({ exitCode: result.exitCode, signal: result.signal }));
  if (child.pid === undefined) {
    const result = await child;
    throw new Failure('sandbox-unavailable', `${command} cannot be started`, { cause: result.cause });
  }
  return { pid: child.pid, gate, ended };
}

function consume(stream: Readable, onOutput: ((bytes: Uint8Array) => void) | undefined): void {
  stream.on('data', (bytes: Buffer) => onOutput?.(bytes));
  stream.on('error', () => undefined);
}

/** Runs a short program to its end and returns its exit status and the first 64 KiB of its output. */
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
    const joined = Buffer.concat([this.#held, bytes]);
    this.#held = joined.subarray(Math.max(0, joined.length - this.#limit));
  }

  text(): string {
    return this.#held.toString('utf8');
  }
}
