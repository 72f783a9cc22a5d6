/** Packages of which lock files were made (fixtures/locks), by the clients of their ecosystems. */
import type { NpmPackage } from './npm-packages.ts';
import type { PythonPackage } from './python-packages.ts';

const time = '2024-01-01T00:00:00Z';

export const lockedNpm: readonly NpmPackage[] = [
  { name: '@scope/low', version: '1.0.0', time },
  { name: 'high', version: '1.2.0', time, dependencies: { '@scope/low': '^1.0.0' } },
];

export const lockedPython: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0', time },
  { name: 'high-wheel', version: '1.2.0', time, needs: 'low-wheel>=1' },
];
