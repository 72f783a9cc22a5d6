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
  /** Why it is thought so. */
  readonly why: string;
}
