/** Command lines that are run on a machine that lacks something, which it does for them alone. */

/** Changes the machine by a script in a mount namespace of its own; `$1` in it is the first of `argv`. Needs root. */
export function onMachine(script: string, ...argv: readonly string[]): readonly string[] {
  const enter = `${script}\nshift ${argv.length}\nexec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-ec', enter, 'sh', ...argv];
}

/** As root that may neither mount nor make itself able to, as a container's usually is. */
export const withoutPower: readonly string[] = [
  ...['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin', '--'],
];

/** Runs a script first, as root of a container: of user, mount and pid namespaces of its own. */
export function inContainer(script: string): readonly string[] {
  const flags = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc'];
  return ['unshare', ...flags, '/bin/sh', '-ec', `${script}\nexec "$@"`, 'sh'];
}

/** Root of a container that has 65,536 ids of the machine's, from this one on; `folder` is for what grants them. */
export const firstOfContainer = 100_000;
export function asContainersRoot(folder: string): readonly string[] {
  const grant = `printf 'root:${firstOfContainer}:65536\\n' >"$1/granted"
mount --bind "$1/granted" /etc/subuid
mount --bind "$1/granted" /etc/subgid`;
  const ids = ['users', 'groups'].map((kind) => `--map-${kind}=${firstOfContainer},0,65536`);
  const root = ['--setuid', '0', '--setgid', '0'];
  const flags = ['--user', ...ids, ...root, '--mount', '--pid', '--fork', '--mount-proc'];
  return [...onMachine(grant, folder), 'unshare', ...flags];
}

/** Scripts for `inContainer`. */
export const forbidNamespaces: string = 'echo 0 >/proc/sys/user/max_user_namespaces';
export const maskProc: string = 'mount -t tmpfs none /proc/acpi || mount --bind /dev/null /proc/meminfo';

/** A script for `onMachine`: `$1` is a folder to which an overlay is mounted, as `$1/over` that belongs to `$2`. */
export const mountOverlay: string = `mount -t tmpfs none "$1"
mkdir "$1/lower" "$1/upper" "$1/work" "$1/over"
mount -t overlay none -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/over"
chown "$2:$2" "$1/over"`;

/** The same: a newuidmap without set-user-id, as a container image may have it; `$1` is a folder for it. */
export const breakMapProgram: string = `cp /usr/bin/newuidmap "$1/newuidmap"
chmod 755 "$1/newuidmap"
mount --bind "$1/newuidmap" /usr/bin/newuidmap`;

/**
 * Root of a container that has the machine's ids and registered emulators: the lines of binfmt_misc, and a script that goes on from there
 * in the folder of registrations. `folder` is for what grants the ids. Needs root, and Linux 6.7 or later.
 */
export function withRegistrations(folder: string, lines: readonly string[], script = ':'): readonly string[] {
  const grant = `printf 'root:0:65536\\n' >"$1/all"
mount --bind "$1/all" /etc/subuid
mount --bind "$1/all" /etc/subgid`;
  const mount = `mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
cd /proc/sys/fs/binfmt_misc
while [ "$1" != -- ]; do printf %s "$1" > register; shift; done
shift
${script}
cd /`;
  const ids = ['users', 'groups'].map((kind) => `--map-${kind}=0,0,65536`);
  const flags = ['--user', ...ids, '--setuid', '0', '--setgid', '0', '--mount', '--propagation', 'private'];
  const enter = ['/bin/sh', '-ec', `${mount}\nexec "$@"`, 'sh', ...lines, '--'];
  return [...onMachine(grant, folder), 'unshare', ...flags, ...enter];
}

/** The same: no emulator is found in any folder of programs. */
export const hideEmulators: string = `for each in /usr/bin/qemu-* /usr/local/bin/qemu-*; do
  if [ -f "$each" ]; then mount --bind /dev/null "$each"; fi
done`;
