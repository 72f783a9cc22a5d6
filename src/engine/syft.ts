/**
 * Runs the real syft over a rebuilt tree, to find what production's scan found in it. Somebody else's recipe made the tree, so
 * the program runs in the sandbox of a build: without network, under a build's bounds, and all that it can write to is thrown
 * away.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { diskPath, encodeBytes } from '../bytes.ts';
import {
  parseSyftOutput,
  type SyftListing,
  type SyftOutput,
  syftSelection,
} from '../emit/sbom/production/syft-output.ts';
import { chunksOf } from '../emit/tar-entries.ts';
import { removeTree } from '../execute/run-directory.ts';
import type { Sandbox } from '../execute/sandbox/sandbox.ts';
import type { Tree, TreeEntry } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import { OutputTail } from '../output-tail.ts';
import { ownInput } from '../program-input.ts';
import type { Machine } from './engine.ts';
import { openProgramSandbox } from './program-sandbox.ts';

export interface ScanRequest {
  /** Path of the program. */
  readonly program: string;
  /** A folder to work in; it must not exist, and is removed at the end. */
  readonly directory: string;
  /** The name of the scanned directory. */
  readonly name: string;
  readonly version: string;
  readonly machine: Pick<Machine, 'sandbox' | 'ids' | 'limits' | 'signal'>;
}

const mebibyte = 1024 * 1024;
const mostOutputBytes = 64 * mebibyte;
/** Bounds of one scan where those of a build are wider; archives are unpacked to be looked into. */
const most = { stepSeconds: 3600, fileBytes: 1024 * mebibyte, diskBytes: 16 * 1024 * mebibyte };

/** Where the program finds the tree and itself; nothing of a build is there. */
const [treeTarget, programTarget] = ['/scan/tree', '/scan/syft'];
const workspaceTarget = '/home/build';

/**
 * What syft finds in a tree. Fails with `unsupported` where the program fails or does not print what syft does,
 * with `build-limit` where it exceeds the limits, and as the sandbox does.
 */
export async function scanWithSyft(tree: Tree, scan: ScanRequest): Promise<SyftListing> {
  const { directory, machine } = scan;
  mkdirSync(directory, { mode: 0o700 });
  try {
    const root = join(directory, 'tree');
    writeTree(tree, root);
    return parseSyftOutput(await runSyft(root, scan));
  } finally {
    await removeTree(directory, machine.ids);
  }
}

async function runSyft(root: string, scan: ScanRequest): Promise<SyftOutput> {
  const sandbox = await openSandbox(root, scan);
  const { program, name, version, machine } = scan;
  const named = ['--source-name', name, '--source-version', version, '--source-supplier', 'chainguard'];
  const printed = Object.entries(outputs).flatMap(([form, file]) => [
    '-o',
    `${form}=${workspaceTarget}/${file}`,
  ]);
  const said = new OutputTail(64 * 1024);
  const run = sandbox.run({
    ...ownInput(
      [programTarget, 'scan', `dir:${treeTarget}`, ...syftSelection, ...named, ...printed, '-q'],
      new Map([
        // Configuration is read from the working directory and from here: never from the tree.
        ['HOME', workspaceTarget],
        ['TMPDIR', workspaceTarget],
        ['SYFT_CHECK_FOR_APP_UPDATE', 'false'],
      ]),
    ),
    onOutput: (bytes) => said.add(bytes),
  });
  const end = await run.catch((failure) => {
    throw startFailure(failure, program);
  });
  machine.signal.throwIfAborted();
  if (end.exceeded !== undefined) {
    throw new Failure('build-limit', 'the scan of the rebuilt tree exceeded a limit', {
      got: end.exceeded,
      exceeded: end.exceeded,
    });
  }
  if (end.exitCode !== 0) {
    throw new Failure('unsupported', 'syft could not scan the rebuilt tree', {
      got: `${program}: exit status ${end.exitCode}\n${said.text()}`,
    });
  }
  return {
    spdx: readOutput(join(sandbox.workspace, outputs['spdx-json'])),
    syft: readOutput(join(sandbox.workspace, outputs['syft-json'])),
  };
}

/** The failure to start. The sandbox reports a program that cannot be started as a guest without a shell. */
function startFailure(failure: unknown, program: string): unknown {
  if (!(failure instanceof Failure) || failure.code !== 'environment-invalid') return failure;
  return new Failure('unsupported', 'syft cannot be started', { got: program, cause: failure });
}

const outputs = { 'spdx-json': 'spdx.json', 'syft-json': 'syft.json' } as const;

function openSandbox(root: string, { program, directory, machine }: ScanRequest): Promise<Sandbox> {
  const mounts = [{ source: root, target: treeTarget, writable: false }];
  return openProgramSandbox({ directory, program, target: programTarget, mounts, most, machine });
}

/** A file that the program left. Anything that is not a file, such as a link out of the sandbox, is not followed. */
function readOutput(path: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Failure('unsupported', 'syft did not print what was asked for', { cause });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Failure('unsupported', 'syft left something other than a file');
    if (stat.size > mostOutputBytes)
      throw new Failure('unsupported', 'syft printed too much', { got: `${stat.size} bytes` });
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The tree on this machine's disk: directories and files first, links last, so that nothing is written through a link. Devices
 * and pipes are left out: syft reads neither.
 */
function writeTree(tree: Tree, root: string): void {
  mkdirSync(root);
  const order: readonly TreeEntry['type'][] = ['directory', 'file', 'symlink'];
  try {
    for (const type of order) {
      for (const entry of tree.entries) if (entry.type === type) writeEntry(entry, root);
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    // A path that is too long once it lies below the folder, or a full disk.
    throw new Failure('unsupported', 'the rebuilt tree cannot be written to disk to be scanned', { cause });
  }
}

function writeEntry(entry: TreeEntry, root: string): void {
  if (entry.path.split('/').some((part) => ['', '.', '..'].includes(part))) {
    throw new Failure('internal', 'a captured path is not in its plain form', { got: entry.path });
  }
  const path = diskPath(root, entry.path);
  if (entry.type === 'directory') mkdirSync(path, { mode: 0o755 });
  else if (entry.type === 'symlink') symlinkSync(encodeBytes(entry.target), path);
  else {
    const file = openSync(path, 'wx', (entry.mode & 0o777) | 0o600);
    try {
      for (const chunk of chunksOf(entry.content)) writeFileSync(file, chunk);
    } finally {
      closeSync(file);
    }
  }
}
