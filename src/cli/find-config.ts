/** Where the file of settings is looked for. It loads nothing, since every call asks. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const configName = 'wolfi-repro.yaml';

/** A file of settings before it is read. */
export interface ConfigFile {
  /** The absolute path. */
  readonly path: string;
  /** The path as messages show it: from the working directory. */
  readonly shown: string;
  /** Whether the user named it. */
  readonly isNamed: boolean;
  /** Why it is not believed; undefined where it is. */
  readonly refused?: string;
}

/** What names the file: `--config`, or the environment where that does not. Empty is unset. */
export function namedConfig(option: string | undefined): string | undefined {
  return option ?? (process.env['WOLFI_REPRO_CONFIG'] || undefined);
}

/** Whether a file of settings or the environment may decide anything about this call. */
export function hasSettings(option: string | undefined): boolean {
  const variables = Object.keys(process.env).some((name) => name.startsWith('WOLFI_REPRO_'));
  return variables || findConfig(namedConfig(option)) !== undefined;
}

/** The file that holds for this call; undefined where there is none, or `none` was named. */
export function findConfig(named: string | undefined): ConfigFile | undefined {
  if (named === 'none') return undefined;
  if (named !== undefined) return { path: resolve(named), shown: named, isNamed: true };
  const workingDirectory = process.cwd();
  for (const folder of searchedFolders(workingDirectory)) {
    const path = join(folder, configName);
    const stat = statOf(path);
    if (stat === undefined) continue;
    const refused = whyRefused(stat, folder);
    const shown = relative(workingDirectory, path);
    return { path, shown, isNamed: false, ...(refused === undefined ? {} : { refused }) };
  }
  return undefined;
}

/** From the working directory up to the root of its repository; without a repository only the working directory. */
function searchedFolders(workingDirectory: string): readonly string[] {
  const root = repositoryAround(workingDirectory);
  const folders = [workingDirectory];
  while (root !== undefined && folders.at(-1) !== root) folders.push(dirname(folders.at(-1)!));
  return folders;
}

/** The root of the repository that a folder lies in, which is the next above that has `.git`; undefined where there is none. */
export function repositoryAround(folder: string): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    if (statOf(join(each, '.git')) !== undefined) return each;
    if (dirname(each) === each) return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // A folder that may not be searched holds nothing for this user.
    return undefined;
  }
}

/** Nobody else may choose how this user's packages are judged: file and folder must be this user's or root's, and only theirs to write. */
function whyRefused(stat: Stats, folder: string): string | undefined {
  if (!stat.isFile()) return 'it is not a file, and links are not followed';
  const own = process.getuid?.();
  const belongs = ({ uid }: Stats) => own === undefined || uid === own || uid === 0;
  const parent = statOf(folder);
  if (!belongs(stat) || parent === undefined || !belongs(parent)) return 'it belongs to a different user';
  const othersWrite = 0o002;
  return ((stat.mode | parent.mode) & othersWrite) === 0 ? undefined : 'every user can write it';
}

/** The path that a path leads to with links resolved, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), path.slice(above === '/' ? 1 : above.length + 1));
  }
}
