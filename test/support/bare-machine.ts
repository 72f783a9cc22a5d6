/**
 * A machine that has Node, npm, a shell and what is named, and nothing else (but `unshare` and `umount`, which enter it): an empty root in namespaces, with
 * the files of these programs and the libraries that they load, an ordinary user whose home is empty, and the loopback of this machine.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from '../../src/process.ts';

/** What a rebuild needs besides Node: bubblewrap, util-linux, tar, and of coreutils what its scripts call. */
export const programsOfBuilds: readonly string[] = [
  ...['bwrap', 'unshare', 'setpriv', 'prlimit', 'mount', 'umount', 'tar'],
  ...['du', 'cp', 'mkdir', 'ln', 'rm', 'cat', 'chmod'],
];

/** An id that nobody has, for tests that are run by root: what root may do is not what a newcomer may. */
const nobodysId = 54_321;

export interface BareMachine {
  /** Runs a command line in the home of its user, who is an ordinary one or root of a container. */
  run(command: string, uid: 1000 | 0, programs?: readonly string[]): Promise<Ran>;
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param mounts folders of this machine that it sees, by their places. Undefined where this machine cannot make one. */
export function bareMachine(
  folder: string,
  mounts: Readonly<Record<string, string>>,
): BareMachine | undefined {
  const [setpriv, pivot] = [findProgram('setpriv'), findProgram('pivot_root')];
  const npm = npmFolder();
  if (setpriv === undefined || pivot === undefined || npm === undefined) return undefined;
  const [home, at] = [join(folder, 'home'), join(folder, 'root')];
  for (const each of [home, at]) mkdirSync(each);
  chmodSync(folder, 0o755);
  const isRoot = process.getuid!() === 0;
  if (isRoot) for (const each of [home, at]) chownSync(each, nobodysId, nobodysId);
  const asUser = [setpriv, `--reuid=${nobodysId}`, `--regid=${nobodysId}`, '--clear-groups', '--'];
  return {
    run: (command, uid, programs = []) => {
      const given = Object.entries(mounts).map(([to, from]): Bound => [to, realpathSync(from)]);
      const own: Bound[] = [
        ['/usr/lib/node_modules/npm', npm],
        ['/home/new', home],
        ['/dev', '/dev'],
      ];
      const script = rootScript(at, [
        ...programFiles(['sh', 'env', 'umount', 'unshare', ...programs]),
        ...own,
        ...given,
      ]);
      const inside = [
        'unshare',
        '--user',
        `--map-user=${uid}`,
        `--map-group=${uid}`,
        '--',
        'env',
        '-i',
        ...environment,
      ];
      const outside = [
        'unshare',
        '--user',
        '--map-root-user',
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--',
      ];
      return ended([
        ...[...(isRoot ? asUser : []), ...outside, 'sh', '-c', script, pivot, ...inside],
        ...['sh', '-c', `cd; ${command}`],
      ]);
    },
  };
}

const environment = [
  'HOME=/home/new',
  'PATH=/home/new/.npm/bin:/usr/bin',
  'npm_config_prefix=/home/new/.npm',
];

type Bound = readonly [at: string, from: string];

/**
 * Makes the root below a folder, enters it, and hands over to its arguments. It is entered by pivot_root(2): no user namespace can be made below
 * chroot(2) (user_namespaces(7)). bubblewrap would set no_new_privs.
 */
function rootScript(at: string, bound: readonly Bound[]): string {
  const lines = bound.flatMap(([to, from]) => {
    const place = `${at}${to}`;
    return statSync(from).isDirectory()
      ? [`mkdir -p ${place}`, `mount --rbind ${from} ${place}`]
      : [`mkdir -p ${dirname(place)}`, `: > ${place}`, `mount --bind ${from} ${place}`];
  });
  return `set -e
mount -t tmpfs -o mode=0755 none ${at}
cd ${at}
mkdir -p usr/bin usr/lib usr/lib64 proc tmp old
ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
${lines.join('\n')}
for name in npm npx; do ln -s ../lib/node_modules/npm/bin/$name-cli.js usr/bin/$name; done
mount -t proc proc proc
$0 . old
cd /
umount -l /old
exec "$@"`;
}

/** Node, these programs, and every library that they load, at their places. */
function programFiles(names: readonly string[]): Bound[] {
  const programs = [...new Set(names)].map(
    (name): Bound => [`/usr/bin/${name}`, realpathSync(findProgram(name)!)],
  );
  const all: Bound[] = [['/usr/bin/node', realpathSync(process.execPath)], ...programs];
  const loaded = execFileSync(
    'ldd',
    all.map(([, from]) => from),
    { encoding: 'utf8' },
  );
  const libraries = new Set([...loaded.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)].map(([, path]) => path!));
  return [
    ...all,
    ...[...libraries].map((path): Bound => [path.replace(/^\/lib/, '/usr/lib'), realpathSync(path)]),
  ];
}

/** The folder of the npm that comes with this Node. */
function npmFolder(): string | undefined {
  const path = findProgram('npm');
  if (path === undefined) return undefined;
  const folder = dirname(dirname(realpathSync(path)));
  return existsSync(join(folder, 'bin/npx-cli.js')) ? folder : undefined;
}

function ended(argv: readonly string[]): Promise<Ran> {
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** The files of an installed package, by the paths that its tarball has; packages inside it are not its own. */
export function filesOfInstalled(folder: string): Record<string, { text: Uint8Array; mode: number }> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('node_modules') && lstatSync(join(folder, name)).isFile())
    .sort();
  return Object.fromEntries(
    names.map((name) => [`package/${name}`, { text: readFileSync(join(folder, name)), mode: 0o644 }]),
  );
}
