/** The lab's own sources in the form in which its recipes fetch them: archives in a source cache, a git repository. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/digest.ts';
import type { SourceMirror } from '../../src/inputs/network/mirrors.ts';
import { labAuthor } from './git-repositories.ts';
import { root, sharedLab } from './lab.ts';

export interface PackedSources {
  /** A folder in melange's layout. */
  readonly cache: string;
  /** The server that the recipes name for git, as a folder. */
  readonly mirror: SourceMirror;
}

interface SourceList {
  readonly packed: Readonly<Record<string, { readonly sha256: string }>>;
  readonly git: Readonly<Record<string, { readonly oldTag: string; readonly tag: string }>>;
}

/** Packs the sources of the larger lab, once for all runs (its make-sources.mjs without Debian's archives). */
export function packedSources(): PackedSources {
  const packed = join(root, '.cache/lab/packed-sources');
  if (!existsSync(packed)) {
    const aside = mkdtempSync(join(root, '.cache/lab/packing-'));
    try {
      chmodSync(aside, 0o755);
      pack(join(sharedLab!, 'sources'), aside);
      renameSync(aside, packed);
    } catch (failure) {
      rmSync(aside, { recursive: true, force: true });
      if (!existsSync(packed)) throw failure;
    }
  }
  return {
    cache: join(packed, 'cache'),
    mirror: { prefix: 'http://127.0.0.1:18080/', location: join(packed, 'git') },
  };
}

function pack(sources: string, into: string): void {
  const list = JSON.parse(readFileSync(join(sources, 'sources.json'), 'utf8')) as SourceList;
  for (const name of ['cache', 'git', 'work']) mkdirSync(join(into, name));
  for (const [name, { sha256: expected }] of Object.entries(list.packed)) {
    const tree = name.replace(/\.tar\.gz$/, '');
    const tar = join(into, 'work', `${tree}.tar`);
    const plain = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
    run('tar', [...plain, '--mode=u=rwX,go=rX', '--mtime=@1700000000', '-cf', tar, '-C', sources, tree]);
    run('gzip', ['-9n', tar]);
    const got = sha256(readFileSync(`${tar}.gz`));
    if (got !== expected) throw new Error(`${name} was packed as ${got}, not as ${expected}`);
    renameSync(`${tar}.gz`, join(into, 'cache', `sha256:${expected}`));
  }
  for (const [name, tags] of Object.entries(list.git)) makeRepository(name, tags, sources, into);
}

/** Two commits with fixed people and dates, so that their ids are those that the recipes expect. */
function makeRepository(name: string, tags: SourceList['git'][string], sources: string, into: string): void {
  const tree = join(into, 'work', name);
  mkdirSync(tree);
  const git = (day: number, ...argv: string[]) => run('git', ['-C', tree, ...argv], labAuthor(day));
  git(0, 'init', '-q', '-b', 'main');
  cpSync(join(sources, `${name}.git-tree/README`), join(tree, 'README'), { mode: 0 });
  run('chmod', ['644', join(tree, 'README')]);
  git(0, 'add', '-A');
  git(0, 'commit', '-q', '-m', 'Start');
  git(0, 'tag', tags.oldTag);
  cpSync(join(sources, `${name}.git-tree`), tree, { recursive: true });
  run('find', [tree, '-name', '.git', '-prune', '-o', '-type', 'f', '-exec', 'chmod', '644', '{}', '+']);
  git(1, 'add', '-A');
  git(1, 'commit', '-q', '-m', 'The program');
  git(1, 'tag', '-a', '-m', tags.tag, tags.tag);
  run('git', ['clone', '-q', '--bare', tree, join(into, 'git', `${name}.git`)]);
}

function run(command: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  execFileSync(command, argv, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
}
