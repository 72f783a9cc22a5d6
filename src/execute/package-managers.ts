/** How programs are installed on this machine. */
import { findProgram } from '../process.ts';

/** Package managers, and where their names for a package are not Debian's. */
const managers: readonly (readonly [
  program: string,
  command: string,
  names: Readonly<Record<string, string>>,
])[] = [
  ['apt-get', 'apt-get install', {}],
  ['apk', 'apk add', { uidmap: 'shadow-subids', mount: 'util-linux', 'qemu-user-static': 'qemu-aarch64' }],
  ['dnf', 'dnf install', { uidmap: 'shadow-utils', mount: 'util-linux' }],
  [
    'zypper',
    'zypper install',
    { uidmap: 'shadow', mount: 'util-linux', 'qemu-user-static': 'qemu-linux-user' },
  ],
  ['pacman', 'pacman -S', { uidmap: 'shadow', mount: 'util-linux' }],
];

/** The command that installs a package, by its name in Debian, with the package manager of this machine. */
export function installCommand(debian: string): string {
  const [, command, names] = managers.find(([program]) => findProgram(program) !== undefined) ?? managers[0]!;
  return `${command} ${names[debian] ?? debian}`;
}
