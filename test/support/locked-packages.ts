/** Packages of which lock files were made (fixtures/locks), by the clients of their ecosystems. */
import type { NpmPackage } from './npm-packages.ts';
import type { PythonPackage } from './python-packages.ts';

const time = '2024-01-01T00:00:00Z';

export const lockedNpm: readonly NpmPackage[] = [
  { name: '@scope/low', version: '1.0.0', time },
  { name: 'high', version: '1.2.0', time, dependencies: { '@scope/low': '^1.0.0' } },
];

/** With what a zip of yarn's has its own way with; in its lock file alone. */
export const lockedByYarn: NpmPackage = {
  name: 'odd',
  version: '0.1.0',
  time,
  files: {
    'package/bin/': { text: '', mode: 0o700 },
    'package/bin/run': { text: '#!/bin/sh\n', mode: 0o700 },
    'package/bin/group': { text: '', mode: 0o610 },
    'package/a/b/c.txt': '',
    'package/a/d é.txt': 'é',
    'package/./a/./e': 'e',
    'other/f': 'f',
    'package/empty/': { text: '', mode: 0o755 },
  },
};

export const lockedPython: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0', time },
  { name: 'high-wheel', version: '1.2.0', time, needs: 'low-wheel>=1' },
];
