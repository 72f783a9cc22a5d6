/** Starts programs; no other file does. Only argument arrays, bounded output, cancellable. */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { CallbackGuard } from './callback-guard.ts';
import { Failure } from './failure.ts';
import { inheritableDescriptors } from './inheritable-descriptors.ts';
import { largest } from './lists.ts';
import { OutputTail } from './output-tail.ts';

/** The machine's own programs; nothing of a caller's search path is used. */
export const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The path of one of the machine's programs; undefined where it is not installed. */
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

/** The path of one of the machine's programs. Fails with `sandbox-unavailable` where it is not installed. */
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
  /** Called with output as it is written, standard output and standard error interleaved. If the callback fails, the program is ended. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Receives standard output separately; `onOutput` then receives only standard error. */
  readonly onStdout?: (bytes: Uint8Array) => void;
  /** Receives what is written to file descriptor 4, which is open only with this. */
  readonly onStatus?: (bytes: Uint8Array) => void;
}

export interface ProcessEnd {
  /** Exit status; undefined where a signal ended the program. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface RunningProcess {
  readonly pid: number;
  /** File descriptor 3 of the program, in both directions: writing to it lets the program go on. */
  readonly gate: Duplex;
  /** Resolves when the program has ended; what it started may still hold its output open. */
  readonly exited: Promise<void>;
  /** Resolves when the program has ended and its output was read to the end. Fails with the failure of a callback. */
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a program with an empty standard input and a gate on file descriptor 3, detached from the terminal's signals: only
 * the abort signal ends it. Fails with `sandbox-unavailable` if it cannot be started at all.
 */
export async function startProcess(
  command: string,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<RunningProcess> {
  options.signal?.throwIfAborted();
  const nowhere = openSync('/dev/null', 'r');
  let child: ChildProcess;
  try {
    child = spawn(command, argv, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...furtherDescriptors(options, nowhere)],
      detached: true,
    });
  } catch (cause) {
    throw notStarted(command, cause);
  } finally {
    closeSync(nowhere);
  }
  child.on('error', () => undefined);
  const end = () => child.kill('SIGKILL');
  options.signal?.addEventListener('abort', end);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const guard = new CallbackGuard(end);
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once('close', (exitCode, signal) => {
      options.signal?.removeEventListener('abort', end);
      if (guard.failure === undefined)
        resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
      else reject(guard.failure.cause);
    });
  });
  ended.catch(() => undefined);
  await begun(child, command);
  const [, , , gate, status] = child.stdio as unknown as [null, Readable, Readable, Duplex, Readable?];
  guard.consume(child.stdout!, options.onStdout ?? options.onOutput);
  guard.consume(child.stderr!, options.onOutput);
  if (status !== undefined && status !== null) guard.consume(status, options.onStatus);
  gate.on('error', () => undefined);
  return { pid: child.pid!, gate, exited, ended };
}

async function begun(child: ChildProcess, command: string): Promise<void> {
  if (child.pid !== undefined) return;
  const cause = await new Promise((resolve) => child.once('error', resolve));
  throw notStarted(command, cause);
}

/** Node's errors for arguments that no program can get: too long (execve(2)), or with a zero byte. */
const faultsOfArguments = new Set(['E2BIG', 'ERR_INVALID_ARG_VALUE', 'ENAMETOOLONG']);

/** The failure to start: `unsupported` where the program's input is the reason, which says nothing about this machine; else `sandbox-unavailable`. */
function notStarted(command: string, cause: unknown): Failure {
  const { code, message } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { code: '', message: '' };
  return faultsOfArguments.has(code ?? '')
    ? new Failure('unsupported', `${command} cannot be started with these arguments`, {
        got: message.split('\n', 1)[0]!,
        cause,
      })
    : new Failure('sandbox-unavailable', `${command} cannot be started`, { cause });
}

/**
 * The descriptors from 4 on. Those that a program would inherit, because the parent of this process left them open, are replaced
 * with /dev/null.
 */
function furtherDescriptors({ onStatus }: ProcessOptions, nowhere: number): ('ignore' | 'pipe' | number)[] {
  const leaked = inheritableDescriptors();
  const last = largest(leaked, onStatus === undefined ? 3 : 4);
  return Array.from({ length: last - 3 }, (_, index) => {
    const descriptor = index + 4;
    if (descriptor === 4 && onStatus !== undefined) return 'pipe';
    return leaked.includes(descriptor) ? nowhere : 'ignore';
  });
}

const mostOutput = 64 * 1024;

/**
 * Starts a program and waits for its end: for the short programs that every build runs, each of which takes less time
 * than loading execa.
 */
export async function runShortly(
  command: string,
  argv: readonly string[],
  options: Omit<ProcessOptions, 'onOutput' | 'onStdout' | 'onStatus'>,
): Promise<ProcessEnd & { readonly output: string }> {
  const output = new OutputTail(mostOutput);
  const onOutput = (bytes: Uint8Array) => output.add(bytes);
  const child = await startProcess(command, argv, { ...options, onOutput });
  return { ...(await child.ended), output: output.text() };
}

export interface HandingOver {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with each message of the program, and the socket that came with it. */
  readonly onHandle: (message: unknown, handle: unknown) => void;
}

/** Runs a Node program that hands sockets over to this one (Node's documentation, `subprocess.send`), until all have come. */
export async function startHandingOver(
  command: string,
  argv: readonly string[],
  { env, signal, onHandle }: HandingOver,
): Promise<ProcessEnd & { readonly output: string }> {
  const output = new OutputTail(mostOutput);
  const child = spawn(command, argv, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  child.on('error', () => undefined);
  child.on('message', onHandle);
  const guard = new CallbackGuard(end);
  guard.consume(child.stdout!, (bytes) => output.add(bytes));
  guard.consume(child.stderr!, (bytes) => output.add(bytes));
  const over = child.pid === undefined ? undefined : handedOver(child);
  await begun(child, command);
  const [exitCode, ended] = await over!;
  signal.removeEventListener('abort', end);
  return { exitCode: exitCode ?? undefined, signal: ended ?? undefined, output: output.text() };
}

/** Messages may still be on their way when a process is gone. */
async function handedOver(child: ChildProcess): Promise<[number | null, string | null]> {
  const closed = new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (code, ended) => resolve([code, ended])),
  );
  await new Promise<void>((resolve) => child.once('disconnect', () => resolve()));
  return closed;
}

/** Runs one of the machine's programs to its end and returns its exit status and the last 64 KiB of its output. */
export async function runProcess(
  command: string,
  argv: readonly string[],
  options: Omit<ProcessOptions, 'onStatus'>,
): Promise<ProcessEnd & { readonly output: string }> {
  const { execa } = await import('execa');
  const output = new OutputTail(mostOutput);
  const { cwd, env, signal } = options;
  const child = execa(command, argv, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    encoding: 'buffer',
    reject: false,
  });
  const guard = new CallbackGuard(() => child.kill('SIGKILL'));
  const told = (bytes: Uint8Array) => {
    output.add(bytes);
    options.onOutput?.(bytes);
  };
  guard.consume(child.stdout, options.onStdout ?? told);
  guard.consume(child.stderr, told);
  const { exitCode, signal: endSignal, cause } = await child;
  if (guard.failure !== undefined) throw guard.failure.cause;
  if (child.pid === undefined) throw notStarted(command, cause);
  return { exitCode, signal: endSignal, output: output.text() };
}

export interface Exchange {
  readonly env: Readonly<Record<string, string>>;
  /** The whole of its standard input. */
  readonly input: Uint8Array;
  readonly signal: AbortSignal;
  /** The most bytes of standard output; a program that writes more is ended. */
  readonly mostOutput: number;
}

/** Hands bytes to a program of the user's and returns what it writes to standard output; standard error is the user's. */
export async function exchangeWith(
  command: string,
  { env, input, signal, mostOutput }: Exchange,
): Promise<ProcessEnd & { readonly output: Buffer }> {
  // Not detached: it may ask its user for a code on the terminal.
  const child = spawn(command, [], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const end = () => {
    child.kill('SIGKILL');
    // What it started could hold its output open.
    child.stdout?.destroy();
  };
  signal.addEventListener('abort', end);
  child.on('error', () => undefined);
  // A program may end before it read everything.
  child.stdin!.on('error', () => undefined);
  const guard = new CallbackGuard(end);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  guard.consume(child.stdout!, (piece) => {
    bytes += piece.length;
    if (bytes > mostOutput) end();
    else pieces.push(piece);
  });
  const closed = new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (code, ended) => resolve([code, ended])),
  );
  await begun(child, command);
  child.stdin!.end(input);
  const [exitCode, ended] = await closed;
  signal.removeEventListener('abort', end);
  return { exitCode: exitCode ?? undefined, signal: ended ?? undefined, output: Buffer.concat(pieces) };
}
