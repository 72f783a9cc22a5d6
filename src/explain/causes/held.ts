/** What a factor stands for, where our builds agree once it is held. */
import type { CauseKind } from '../../compare/cause.ts';
import type { Factor } from '../factors.ts';

const causeOf: Readonly<Record<Factor, CauseKind>> = {
  clock: 'timestamp',
  'cpu-count': 'parallel-build',
  parallelism: 'parallel-build',
  hostname: 'hostname',
  kernel: 'kernel',
  locale: 'locale',
  'time-zone': 'timestamp',
  umask: 'umask',
  'user-id': 'user-id',
  'directory-order': 'file-order',
  'build-path': 'build-path',
  'hash-seed': 'hash-order',
  'address-layout': 'randomness',
  'march-native': 'march-native',
  environment: 'hidden-input',
};

const heldWords: Readonly<Record<Factor, string>> = {
  clock: 'the clock of tools that take it from variables is held',
  'cpu-count': 'steps see one processor',
  parallelism: 'make and other builders are told to run one job at a time',
  hostname: 'the host name is held',
  kernel: 'the release of the kernel is held',
  locale: 'the locale is C',
  'time-zone': 'the time zone is UTC',
  umask: 'the umask is 022',
  'user-id': 'the ids of the user are held',
  'directory-order': 'folders are listed by when files were made',
  'build-path': 'the folder of the build is held',
  'hash-seed': 'the seeds of the hashes of Python and Perl are held',
  'address-layout': 'addresses in memory are not laid out by chance',
  'march-native': 'the processor is held',
  environment: 'variables are held',
};

/** The cause that a factor stands for, and why. */
export function heldCause(factor: Factor): { readonly kind: CauseKind; readonly why: string } {
  return {
    kind: causeOf[factor],
    why: `our own builds differ there, and two of them agree where ${heldWords[factor]}`,
  };
}
