/** The package as it is published: what `npm pack` makes of this checkout, or of a copy of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folder.ts';
import { root } from './lab.ts';

export interface Packed {
  readonly file: string;
  readonly bytes: Buffer;
  /** What is in it, below `package/`. */
  readonly paths: ReadonlySet<string>;
}

/** Packs what was built. */
export function pack(from: string, into: string): Packed {
  mkdirSync(into, { recursive: true });
  const argv = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const { status, stdout, stderr } = spawnSync('npm', argv, { cwd: from, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const [{ filename, files }] = JSON.parse(stdout) as [
    { filename: string; files: readonly { path: string }[] },
  ];
  const file = join(into, filename);
  return { file, bytes: readFileSync(file), paths: new Set(files.map(({ path }) => path)) };
}

let once: Packed | undefined;

/** What this checkout packs, made once in a process. */
export function packedOnce(): Packed {
  once ??= pack(root, makeFolder());
  return once;
}

/** A copy of what is packed, in a folder of a different name, with other times and the modes that another umask gives. */
export function copyOfPackage(to: string): string {
  const listed = ['package.json', 'README.md', 'LICENSE', '.npmrc', 'dist', 'docs'];
  const before = process.umask(0o007);
  for (const name of listed) cpSync(join(root, name), join(to, name), { recursive: true });
  process.umask(before);
  return to;
}
