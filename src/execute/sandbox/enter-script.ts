/**
 * From the namespaces of a build into its guest: the shell script that sets the root up and hands over to bubblewrap, and the
 * files through which it takes what Node's command lines cannot hold.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBytes } from '../../bytes.ts';
import { hasRawBytes, type ProgramInput } from '../../program-input.ts';
import { environmentArguments, processorFolder, systemFolder } from './bubblewrap-arguments.ts';

const filterFile = 'system-calls';
const filterDescriptor = 5;
const environmentFile = 'environment';
const environmentDescriptor = 6;
/** The name, before a number, of the file of an argument whose bytes are not UTF-8, which Node would change. */
const argumentFile = 'argument.';

/** The exit status of the script where a step replaced a folder that is mounted. */
export const replacedStatus = 97;

/** Arguments that name the descriptors which the script opens: those that bubblewrap reads, and the one to which it writes its status. */
export const descriptorArguments: readonly string[] = [
  ...['--json-status-fd', '4'],
  ...['--seccomp', String(filterDescriptor)],
  // All of them, in this order: one that is opened before the environment would be part of it.
  ...['--clearenv', '--args', String(environmentDescriptor)],
];

/** Writes the filter of system calls, once for the build, into a file that the ids that root lends can read. */
export function writeFilter(directory: string, filter: Uint8Array): void {
  writeFileSync(join(directory, filterFile), filter);
}

/** Writes the environment of one program into the build's folder. */
export function writeEnvironment(directory: string, { env }: ProgramInput): void {
  writeForAll(join(directory, environmentFile), environmentArguments(env));
}

/** The arguments that Node's command line can hold. Those after them are written into the build's folder (`takeArguments`). */
export function writeArguments(directory: string, argv: readonly string[]): readonly string[] {
  const first = argv.findIndex(hasRawBytes);
  if (first < 0) return argv;
  for (const [index, text] of argv.slice(first).entries())
    writeForAll(join(directory, `${argumentFile}${index}`), encodeBytes(text));
  return argv.slice(0, first);
}

function writeForAll(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
  // Explicitly, since the umask could take bits away: the ids that root lends read it.
  chmodSync(path, 0o644);
}

/** Lines of a shell script that append those arguments to its own. `folder` is a word of the script. */
export function takeArguments(folder: string): string {
  return `at=0
while [ -e ${folder}/${argumentFile}$at ]; do
  text=$(cat ${folder}/${argumentFile}$at; echo .)
  set -- "$@" "\${text%.}"
  rm ${folder}/${argumentFile}$at
  at=$((at + 1))
done`;
}

/**
 * Sets the guest's root up and hands over to bubblewrap. No namespace can be made inside, so nothing in the guest can mount a
 * file system or regain a capability; where bubblewrap itself needs two for `run-as`, no further ones can be made. bubblewrap is run
 * from a read-only mount, since the guest reaches its file through /proc/1/exe. It follows links where it mounts, even out
 * of the guest, so a link that a step put there ends the build. The output goes through a pipe, as in melange: Node's
 * own kind of pipe is a socket, which a step cannot open as /dev/stderr. bubblewrap looks for its child in /proc by the number that
 * the child has in these namespaces, and waits for ever where the machine has no process of that number.
 * @param formats lines that say which programs the kernel hands to others, and take the first argument
 * @param mountLayer line that mounts the guest's root
 */
export function enterScript(formats: string, mountLayer: string): string {
  return `set -e
${formats}
echo "$1" > /proc/sys/user/max_user_namespaces
mount -t proc proc /proc
mount -t tmpfs -o mode=0555,size=64k none ${systemFolder}
mkdir -p ${systemFolder}${processorFolder.slice('/sys'.length)}
mount --bind -o ro "$2" bwrap
${mountLayer}
shift 2
while [ "$1" != -- ]; do
  path=merged rest=\${1#/}
  while [ -n "$rest" ]; do
    path=$path/\${rest%%/*}
    case $rest in */*) folder=1 rest=\${rest#*/};; *) folder= rest=;; esac
    if [ -L "$path" ]; then exit ${replacedStatus}; fi
    if [ -n "$folder" ] && [ -e "$path" ] && [ ! -d "$path" ]; then exit ${replacedStatus}; fi
  done
  shift
done
shift
${takeArguments('.')}
"$@" 2>&1 ${filterDescriptor}<${filterFile} ${environmentDescriptor}<${environmentFile} | cat 4>&-`;
}
