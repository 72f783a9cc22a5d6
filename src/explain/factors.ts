/** The factors that can be changed about a build deliberately, one at a time: a closed list. It is apart from the code that varies them, so that the help need not load that. */
export const factors = [
  'clock',
  'cpu-count',
  'parallelism',
  'hostname',
  'kernel',
  'locale',
  'time-zone',
  'umask',
  'user-id',
  'directory-order',
  'build-path',
  'hash-seed',
  'environment',
] as const;

export type Factor = (typeof factors)[number];
