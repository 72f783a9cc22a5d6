/**
 * The real syft over a tree that was rebuilt, for what production's scan found in it. The tree is written out for it:
 * directories and files first, links last, so that nothing is written through a link.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Tree, TreeEntry } from '../build/tree.ts';
import { encodeBytes } from '../bytes.ts';
import { chunksOf } from '../emit/entries.ts';
import {
  type FoundPackage,
  parseSyftOutput,
  type SyftOutput,
  syftSelection,
} from '../emit/sbom/production/syft.ts';
import { Failure } from '../failure.ts';
import { runProcess } from '../process.ts';

export interface SyftScan {
  /** Path of the program. */
  readonly program: string;
  /** A folder to work in; it must not exist, and is removed at the end. */
  readonly directory: string;
  /** What the scanned directory is called. */
  readonly name: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

const mostOutputBytes = 64 * 1024 * 1024;

/** What syft finds in a tree. Fails with `unsupported` where it fails or prints something else than syft does. */
export async function scanWithSyft(tree: Tree, scan: SyftScan): Promise<FoundPackage[]> {
  mkdirSync(scan.directory, { mode: 0o700 });
  try {
    const root = join(scan.directory, 'tree');
    writeTree(tree, root);
    return parseSyftOutput(await runSyft(root, scan));
  } finally {
    rmSync(scan.directory, { recursive: true, force: true });
  }
}

async function runSyft(root: string, scan: SyftScan): Promise<SyftOutput> {
  const { program, directory, name, version, signal } = scan;
  const outputs = { spdx: join(directory, 'spdx.json'), syft: join(directory, 'syft.json') };
  const home = join(directory, 'home');
  mkdirSync(home);
  const named = ['--source-name', name, '--source-version', version, '--source-supplier', 'chainguard'];
  const printed = ['-o', `spdx-json=${outputs.spdx}`, '-o', `syft-json=${outputs.syft}`, '-q'];
  const end = await runProcess(program, ['scan', `dir:${root}`, ...syftSelection, ...named, ...printed], {
    // A configuration file is read from the working directory: not from the tree.
    cwd: home,
    env: { HOME: home, TMPDIR: home, SYFT_CHECK_FOR_APP_UPDATE: 'false' },
    signal,
  });
  if (end.exitCode !== 0) {
    throw new Failure('unsupported', 'syft could not scan the rebuilt tree', { got: end.output });
  }
  return { spdx: readOutput(outputs.spdx), syft: readOutput(outputs.syft) };
}

function readOutput(path: string): Uint8Array {
  const { size } = statSync(path);
  if (size > mostOutputBytes)
    throw new Failure('unsupported', 'syft printed too much', { got: `${size} bytes` });
  return readFileSync(path);
}

function writeTree(tree: Tree, root: string): void {
  mkdirSync(root);
  const order: readonly TreeEntry['type'][] = ['directory', 'file', 'symlink'];
  for (const type of order) {
    for (const entry of tree.entries) if (entry.type === type) writeEntry(entry, root);
  }
}

function writeEntry(entry: TreeEntry, root: string): void {
  if (entry.path.split('/').some((part) => ['', '.', '..'].includes(part))) {
    throw new Failure('internal', 'a captured path is not in its plain form', { got: entry.path });
  }
  const path = Buffer.concat([encodeBytes(`${root}/`), encodeBytes(entry.path)]);
  if (entry.type === 'directory') mkdirSync(path, { mode: 0o755 });
  else if (entry.type === 'symlink') symlinkSync(encodeBytes(entry.target), path);
  else {
    const file = openSync(path, 'wx', (entry.mode & 0o777) | 0o600);
    try {
      for (const chunk of chunksOf(entry.content)) writeSync(file, chunk);
    } finally {
      closeSync(file);
    }
  }
}
