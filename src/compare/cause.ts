/** Why two builds differ, in the words of reproducible-builds.org and Debian: a closed list. */
export type CauseKind =
  | 'timestamp'
  | 'build-path'
  | 'file-order'
  | 'randomness'
  | 'hash-order'
  | 'user-id'
  | 'hostname'
  | 'kernel'
  | 'cpu-count'
  | 'march-native'
  | 'emulation'
  | 'memory-size'
  | 'locale'
  | 'umask'
  | 'archive-metadata'
  | 'gzip-header'
  | 'python-hash-seed'
  | 'parallel-build'
  | 'signature'
  | 'tool-version'
  | 'sbom-generator'
  | 'compressor-version'
  | 'file-system'
  | 'hidden-input'
  | 'environment-drift'
  | 'derived'
  | 'unpinned-input'
  | 'unknown';

export interface Cause {
  readonly kind: CauseKind;
  /** `certain`: no other cause gives this; `likely`; `possible`. */
  readonly confidence: 'certain' | 'likely' | 'possible';
  /** Where in the content; attacker-controlled. */
  readonly place: string;
  /** The two values; attacker-controlled. */
  readonly published: string | undefined;
  readonly rebuilt: string | undefined;
  /** The reason for this conclusion. */
  readonly why: string;
}

/** The title of each kind. Each has a page, `docs/differences/<kind>.md`. */
export const causeTitles: Readonly<Record<CauseKind, string>> = {
  timestamp: 'time of the build',
  'build-path': 'path of the build',
  'file-order': 'order of directory entries',
  randomness: 'random value',
  'hash-order': 'order of a hash table',
  'user-id': 'user or group of the builder',
  hostname: 'host name of the builder',
  kernel: 'kernel of the builder',
  'cpu-count': 'number of processors',
  'march-native': 'processor of the builder',
  emulation: 'emulated processor',
  'memory-size': 'size of memory',
  locale: 'locale of the builder',
  umask: 'umask of the builder',
  'archive-metadata': 'metadata of archive members',
  'gzip-header': 'gzip header',
  'python-hash-seed': 'hash seed of Python',
  'parallel-build': 'order of parallel jobs',
  signature: 'embedded signature',
  'tool-version': 'version of a tool',
  'sbom-generator': 'SBOM generator',
  'compressor-version': 'compressor, its version or its level',
  'file-system': 'file system of the builder',
  'hidden-input': 'input that is recorded nowhere',
  'environment-drift': 'a different build environment',
  derived: 'follows from something else',
  'unpinned-input': 'input of the network that nothing pins',
  unknown: 'unknown',
};

/** The page that explains a cause. */
export function causePage(kind: CauseKind): string {
  return `docs/differences/${kind}.md`;
}
