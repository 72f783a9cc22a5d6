/**
 * For machines that grant no namespaces, such as a default container: root can still run steps in a changed root
 * directory. It keeps files apart and nothing else, is never chosen silently, and the verdict says so.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail, runProcess, startProcess } from '../../process.ts';
import type { Mount } from './bubblewrap.ts';
import type { BuildLimits, Sandbox, SandboxCommand, SandboxEnd } from './sandbox.ts';
import { watch } from './watchdog.ts';

export interface ChrootOptions {
  /** The unpacked environment; copied, since it cannot be layered here. */
  readonly root: string;
  /** Folder of this build. */
  readonly directory: string;
  readonly workspace: string;
  readonly mounts: readonly Mount[];
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
}

const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const devices = [
  ['null', '3'],
  ['zero', '5'],
  ['full', '7'],
  ['random', '8'],
  ['urandom', '9'],
] as const;

export const chrootCaveats: readonly string[] = [
  'the sandbox was chroot: it kept files apart, but neither network nor processes',
];

/** Copies the environment and puts workspace, sources and the usual devices into the copy. Fails with `sandbox-unavailable`. */
export async function chrootSandbox(options: ChrootOptions): Promise<Sandbox> {
  const guest = join(options.directory, 'guest');
  await host(options, ['cp', '--archive', '--reflink=auto', '--', options.root, guest]);
  mkdirSync(join(guest, 'home'), { recursive: true });
  await host(options, ['mv', '--', options.workspace, join(guest, 'home/build')]);
  for (const { source, target } of options.mounts) {
    mkdirSync(join(guest, target, '..'), { recursive: true });
    await host(options, ['cp', '--archive', '--no-target-directory', '--', source, join(guest, target)]);
  }
  await makeDevices(join(guest, 'dev'));
  return {
    kind: 'chroot',
    ids: 'machine',
    workspace: join(guest, 'home/build'),
    caveats: chrootCaveats,
    run: (command) => run(options, guest, command),
    archive: (paths, onBytes) => archive(options, join(guest, 'home/build'), paths, onBytes),
  };
}

async function makeDevices(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  for (const [name, minor] of devices) {
    const path = join(directory, name);
    if (existsSync(path)) continue;
    const made = await runProcess('mknod', ['-m', '666', '--', path, 'c', '1', minor], {
      env: { PATH: hostPath },
    });
    if (made.exitCode === 0) continue;
    // Without CAP_MKNOD a plain file must do: what is written to /dev/null then stays in it.
    closeSync(openSync(path, 'a'));
    chmodSync(path, 0o666);
  }
}

async function run(options: ChrootOptions, guest: string, command: SandboxCommand): Promise<SandboxEnd> {
  const { limits } = options;
  const assignments = [...command.env].map(([name, value]) => `${name}=${value}`);
  const bounds = [`--cpu=${limits.processSeconds}`, `--fsize=${limits.fileBytes}`, '--core=0'];
  const argv = [
    '-i',
    ...assignments,
    '/usr/bin/prlimit',
    ...bounds,
    '/usr/sbin/chroot',
    guest,
    ...command.argv,
  ];
  let logged = 0;
  const child = await startProcess('/usr/bin/env', argv, {
    env: { PATH: hostPath },
    signal: options.signal,
    onOutput: (bytes) => {
      logged += bytes.length;
      if (logged <= limits.logBytes) command.onOutput(bytes);
    },
  });
  child.gate.end();
  const watchdog = watch(child.pid, options.directory, limits);
  try {
    const end = await child.ended;
    options.signal.throwIfAborted();
    return { ...end, exceeded: watchdog.exceeded };
  } finally {
    watchdog.stop();
    endGuest(guest);
  }
}

/** Ends every process whose root directory is the guest: without a pid namespace, nothing else gathers them. */
function endGuest(guest: string): void {
  for (let found = true; found; ) {
    found = false;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (rootOf(pid) !== guest) continue;
      found = true;
      process.kill(Number(pid), 'SIGKILL');
    }
  }
}

function rootOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return undefined;
  }
}

async function archive(
  options: ChrootOptions,
  workspace: string,
  paths: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const list = join(options.directory, 'archive.list');
  writeFileSync(list, paths.map((path) => `${path}\0`).join(''));
  const errors = new OutputTail(8192);
  const argv = [
    '--create',
    '--format=pax',
    '--xattrs',
    '--xattrs-include=*',
    '--numeric-owner',
    `--directory=${workspace}`,
    '--verbatim-files-from',
    '--null',
    `--files-from=${list}`,
  ];
  const child = await startProcess('tar', argv, {
    env: { PATH: hostPath, LC_ALL: 'C' },
    signal: options.signal,
    onStdout: onBytes,
    onOutput: (bytes) => errors.add(bytes),
  });
  child.gate.end();
  if ((await child.ended).exitCode !== 0) {
    throw new Failure('unsupported', 'the tree that the steps left cannot be read', { got: errors.text() });
  }
}

async function host(options: ChrootOptions, argv: readonly string[]): Promise<void> {
  const [command, ...rest] = argv as [string, ...string[]];
  const result = await runProcess(command, rest, { env: { PATH: hostPath }, signal: options.signal });
  if (result.exitCode !== 0) {
    throw new Failure('sandbox-unavailable', `the guest cannot be set up: ${command} failed`, {
      got: result.output,
    });
  }
}
