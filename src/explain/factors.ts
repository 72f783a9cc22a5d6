/** The factors that can be changed or held about a build deliberately: a closed list. It is apart from the code that varies them, so that the help need not load that. */
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
  'address-layout',
  'march-native',
  'environment',
] as const;

export type Factor = (typeof factors)[number];
