/**
 * A git repository as files that follow only from its content: references in their order, one new pack, only our own
 * configuration. They do not show how it was fetched, by whom and in how many pieces.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Git } from './git-program.ts';
import { type OwnRepository, servedConfiguration } from './own-repository.ts';

/** Deltas are computed again by one thread: two would divide the work differently each time (git-pack-objects(1)). */
const packing = [
  ...['-c', 'pack.writeReverseIndex=false', 'pack-objects', '--quiet', '--revs', '--all', '--threads=1'],
  ...['--no-reuse-delta', '--no-reuse-object', '--delta-base-offset', '--window=10', '--depth=50'],
];

/** Writes a repository into a new folder. */
export async function exportRepository(git: Git, repository: OwnRepository, into: string): Promise<void> {
  mkdirSync(join(into, 'objects/pack'), { recursive: true });
  mkdirSync(join(into, 'refs'));
  const inside = (...argv: readonly string[]) => git(repository, argv);
  await inside(...packing, join(resolve(into), 'objects/pack/pack'));
  const references = ['refs/heads', 'refs/tags', 'refs/wolfi-repro'];
  const listed = await inside('for-each-ref', '--format=%(objectname) %(refname)', ...references);
  writeFileSync(join(into, 'packed-refs'), listed);
  const head = (await inside('rev-parse', '--symbolic-full-name', 'HEAD')).trim();
  const named = /^refs\/heads\/\S+$/.test(head) ? `ref: ${head}` : (await inside('rev-parse', 'HEAD')).trim();
  writeFileSync(join(into, 'HEAD'), `${named}\n`);
  writeFileSync(join(into, 'config'), servedConfiguration);
  const shallow = join(repository, 'shallow');
  if (statSync(shallow, { throwIfNoEntry: false })?.isFile() === true)
    writeFileSync(
      join(into, 'shallow'),
      readFileSync(shallow, 'latin1')
        .split('\n')
        .filter(Boolean)
        .sort()
        .map((line) => `${line}\n`)
        .join(''),
    );
}

const exported = /^(?:HEAD|packed-refs|shallow|config|objects\/pack\/pack-[0-9a-f]{40}\.(?:pack|idx))$/;

/**
 * Whether files are those of an exported repository and nothing else: the configuration of somebody else could name programs that
 * git would run here.
 * @param paths relative to the repository
 */
export function isExported(folder: string, paths: readonly string[]): boolean {
  return (
    paths.every((path) => exported.test(path)) &&
    paths.includes('config') &&
    readFileSync(join(folder, 'config'), 'latin1') === servedConfiguration
  );
}
