/**
 * Bare repositories that this program makes. Only what is written here configures them, and only they are handed to git: the type
 * cannot be had for a folder of somebody else's.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { ownedName } from '../store/temporary-names.ts';

declare const own: unique symbol;

/** Absolute path of a bare repository of this program's own. */
export type OwnRepository = string & { readonly [own]: true };

/** While git writes to it: readable whatever the umask, for builds read it with ids that are not the caller's. */
const workingConfiguration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsharedRepository = 0644\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n';

/** As it is handed out: the unmodified step may filter what it clones, and a submodule is asked for by its commit. */
export const servedConfiguration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n';

/** Makes an empty repository (gitrepository-layout(5)). */
export function makeRepository(path: string): OwnRepository {
  for (const folder of ['', 'objects', 'objects/pack', 'objects/info', 'refs', 'refs/heads', 'refs/tags']) {
    mkdirSync(join(path, folder), { recursive: true });
    chmodSync(join(path, folder), 0o755);
  }
  writeFileSync(join(path, 'HEAD'), 'ref: refs/heads/main\n', { mode: 0o644 });
  writeFileSync(join(path, 'config'), workingConfiguration, { mode: 0o644 });
  return resolve(path) as OwnRepository;
}

/** One that was made and moved since; undefined where there is none. Its configuration is written again. */
export function reopenRepository(path: string, use: 'served' | 'working'): OwnRepository | undefined {
  if (statSync(join(path, 'HEAD'), { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  configure(path, use === 'served' ? servedConfiguration : workingConfiguration);
  return resolve(path) as OwnRepository;
}

/** Another process may read it at this moment: what is right already is left alone. */
function configure(path: string, text: string): void {
  const file = join(path, 'config');
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there?.isFile() === true && readFileSync(file, 'latin1') === text) return;
  const aside = join(path, ownedName());
  writeFileSync(aside, text, { mode: 0o644 });
  renameSync(aside, file);
}

/** What is left of the way it came is removed. */
export function tidyRepository(path: OwnRepository): void {
  for (const name of readdirSync(path)) {
    if (!['HEAD', 'config', 'objects', 'refs', 'packed-refs', 'shallow'].includes(name))
      rmSync(join(path, name), { recursive: true, force: true });
  }
  configure(path, servedConfiguration);
}

/** Says that it was used now: what was not for long can be pruned. */
export function touchRepository(path: OwnRepository): void {
  const now = Date.now() / 1000;
  for (const each of [path, join(path, 'HEAD')]) utimesSync(each, now, now);
}
