/**
 * Bare repositories that this program makes. Only what is written here configures them, and only they are handed to git: a
 * folder of somebody else cannot get the type.
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

/** The absolute path of a bare repository that this program made. */
export type OwnRepository = string & { readonly [own]: true };

/** The configuration while git writes to it: readable whatever the umask, since builds read it with ids that are not the caller's. */
const workingConfiguration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsharedRepository = 0644\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n';

/** The configuration when it is handed out: the unmodified step may filter what it clones, and a submodule is requested by its commit. */
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

/** Opens one that was made before and moved; undefined where there is none. Its configuration is written again. */
export function reopenRepository(path: string, use: 'served' | 'working'): OwnRepository | undefined {
  if (statSync(join(path, 'HEAD'), { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  configure(path, use === 'served' ? servedConfiguration : workingConfiguration);
  return resolve(path) as OwnRepository;
}

/** Writes the configuration. Another process may be reading it, so a correct one is left alone. */
function configure(path: string, text: string): void {
  const file = join(path, 'config');
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there?.isFile() === true && readFileSync(file, 'latin1') === text) return;
  const aside = join(path, ownedName());
  writeFileSync(aside, text, { mode: 0o644 });
  renameSync(aside, file);
}

/** Removes what fetching left behind. */
export function tidyRepository(path: OwnRepository): void {
  for (const name of readdirSync(path)) {
    if (!['HEAD', 'config', 'objects', 'refs', 'packed-refs', 'shallow'].includes(name))
      rmSync(join(path, name), { recursive: true, force: true });
  }
  configure(path, servedConfiguration);
}

/** Marks it as used now: one that has not been used for long can be pruned. */
export function touchRepository(path: OwnRepository): void {
  const now = Date.now() / 1000;
  for (const each of [path, join(path, 'HEAD')]) utimesSync(each, now, now);
}
