/** The folder in which something was built. */
import { baseName } from '../../bytes.ts';
import { type Change, changeFinding, type Detector } from './evidence.ts';

/** Folders in which software is built and which no package ships. */
const buildFolders =
  /^\/(?:home|tmp|var\/tmp|private\/(?:var|tmp)|dev\/shm|build|builddir|builds|usr\/src|root|workspace|workspaces|work|mnt|Users|github|buildbot|buildroot|var\/lib\/(?:jenkins|buildkite-agent)|opt\/(?:build|buildagent|hostedtoolcache)|runner|__w|drone|go\/src|go\/pkg|cargo|rustc|nix\/var|usr\/local\/cargo)(?:\/|$)/;

export const buildPath: Detector = {
  kind: 'build-path',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      const pair = buildPathsOf(change);
      if (pair === undefined) return [];
      const [published, rebuilt] = pair;
      const ours =
        facts !== undefined && (rebuilt.startsWith(`${facts.workspace}/`) || rebuilt.startsWith('/tmp/'));
      const why = 'the rebuilt value is a path below a folder in which software is built';
      // Our own builds ran elsewhere, and a path with a different end may have been edited.
      const other = facts !== undefined || baseName(published) !== baseName(rebuilt);
      const confidence = ours ? 'certain' : other ? 'possible' : 'likely';
      return [{ ...changeFinding(change, confidence, why), published, rebuilt }];
    }),
};

/** The first paths that differ in the two values, where they are below folders in which software is built, and more than the name of a temporary file differs. */
export function buildPathsOf(change: Change): readonly [string, string] | undefined {
  const pair = pathsOf(change);
  if (pair === undefined) return undefined;
  const [published, rebuilt] = pair;
  // Debug information names folders and sources: what is drawn there is the folder of a build.
  const isFile = change.about !== 'debug-strings' && isDrawnFile(published, rebuilt);
  if (!buildFolders.test(rebuilt) || isFile) return undefined;
  return buildFolders.test(published) || baseName(published) === baseName(rebuilt) ? pair : undefined;
}

/** The first paths that differ in the two values, where nothing beside the paths does. */
function pathsOf({ published, rebuilt }: Change): readonly [string, string] | undefined {
  if (published === undefined || rebuilt === undefined || published === rebuilt) return undefined;
  const [left, right] = [splitPaths(published), splitPaths(rebuilt)];
  if (left.rest !== right.rest) return undefined;
  const at = left.paths.findIndex((path, index) => path !== right.paths[index]);
  const [a, b] = [left.paths[at], right.paths[at]];
  return a === undefined || b === undefined ? undefined : [a, b];
}

/** Absolute paths of at least two components, behind anything that is not part of a path: `-I/a/b`, `file:///a/b`, `'/a/b`. */
const paths = /(?<![\w.~$})\]])\/[^\s/:;,'"<>|()[\]{}\0]+(?:\/[^\s/:;,'"<>|()[\]{}\0]+)+\/?/g;

/** The paths of a text, and the text without them; one character before a path may be its length. */
function splitPaths(text: string): { readonly paths: readonly string[]; readonly rest: string } {
  const found: string[] = [];
  const rest = text.replace(beforePaths, '$& ').replace(paths, (path) => {
    found.push(path);
    return '\0';
  });
  return { paths: found, rest: rest.replace(/^[^\0](?=\0)/, '') };
}

/** Options and schemes that stand before a path without a space. */
const beforePaths =
  /\bfile:\/\/(?=\/)|(?<![\w-])-(?:[A-Za-z]|isystem|iquote|idirafter|rpath|Wl,-rpath)(?=\/)/g;

/** Whether only the name of a temporary file differs, which is drawn and says nothing of a folder. */
function isDrawnFile(published: string, rebuilt: string): boolean {
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/'));
  if (folder(published) !== folder(rebuilt) || !temporaryFolders.has(folder(rebuilt))) return false;
  return /^tmp[._-]|\.[a-z]{1,4}$/.test(baseName(rebuilt));
}

const temporaryFolders: ReadonlySet<string> = new Set(['/tmp', '/var/tmp', '/dev/shm']);
