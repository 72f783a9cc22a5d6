/** What is changed about a build on purpose, one at a time: a closed list, apart from what varies them, so that help need not load that. */
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
