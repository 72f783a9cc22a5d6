/** Reads single objects of a repository and compares each with its name: git itself believes what a loose object or a pack index says. */
import { createHash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import type { Git, Remote } from './git-program.ts';
import type { OwnRepository } from './own-repository.ts';

export interface ObjectReader {
  /** The content of an object. Fails with `source-mismatch` where it does not match its name. */
  read(type: 'commit' | 'tree' | 'blob', id: string): Promise<Buffer>;
}

export interface TreeEntry {
  /** Octal, as git writes it: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string;
  /** The name with one character for each byte. */
  readonly name: string;
  readonly id: string;
}

/** @param remote the repository from which a partial copy gets what it lacks */
export function objectReader(git: Git, repository: OwnRepository, remote?: Remote): ObjectReader {
  return {
    async read(type, id) {
      const text = await git(repository, ['cat-file', type, id], remote);
      const content = Buffer.from(text, 'latin1');
      const hash = createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
      if (hash === id) return content;
      throw new Failure('source-mismatch', 'an object of a git repository is not what its name says', {
        expected: id,
        got: hash,
      });
    },
  };
}

/** Id of the tree of a commit (gitformat-commit: its first line). */
export function treeOfCommit(commit: Buffer): string {
  const id = /^tree ([0-9a-f]{40})\n/.exec(commit.toString('latin1', 0, 46))?.[1];
  if (id !== undefined) return id;
  throw damaged();
}

/** Entries of a tree object: `<mode> <name>\0<20 bytes>` each. Fails with `source-mismatch` for any other form. */
export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, at);
    if (space < 0 || end < space || end + 21 > content.length) throw damaged();
    entries.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('latin1', space + 1, end),
      id: content.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

function damaged(): Failure {
  return new Failure('source-mismatch', 'an object of a git repository does not have a form that git writes');
}

/** Whether a commit exists under its name; this says nothing about the objects that it refers to. */
export async function hasCommit(git: Git, repository: OwnRepository, commit: string): Promise<boolean> {
  return git(repository, ['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );
}
