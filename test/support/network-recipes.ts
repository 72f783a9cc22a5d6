/** Recipes that fetch by melange's own pipelines (fixtures/lab/network), and the registries that they fetch from, by host. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crateRegistry } from './crates.ts';
import { goModule, goProxy } from './go-modules.ts';
import { lab, sharedLab } from './lab.ts';
import { npmRegistry } from './npm-packages.ts';
import { type PythonPackage, pythonIndex } from './python-packages.ts';
import type { Answering } from './registry.ts';

const time = '2024-01-01T00:00:00Z';

export const networkRecipes: string = join(lab, 'network/recipes');

/** Where packages that a real melange built from them lie: their compiled recipes carry its pipelines, whose text is not ours to keep. */
const repository = sharedLab === undefined ? undefined : join(sharedLab, 'network/repository/v0.59.1/x86_64');

/** Paths of the packages by their names, which are those of the recipes; empty where the larger lab lacks them. */
export const networkGoldens: ReadonlyMap<string, string> = new Map(
  repository === undefined || !existsSync(repository)
    ? []
    : readdirSync(repository)
        .filter((file) => file.endsWith('.apk'))
        .map((file) => [file.replace(/-\d[^-]*-r\d+\.apk$/, ''), join(repository, file)]),
);

const modules = [
  goModule('example.com/Upper/low', 'v1.0.0', time),
  goModule('example.com/high', 'v1.2.0', time, 'example.com/Upper/low v1.0.0'),
  {
    path: 'example.com/program',
    version: 'v1.0.0',
    time,
    files: {
      'go.mod':
        'module example.com/program\n\ngo 1.19\n\nrequire example.com/high v1.2.0\n\nrequire example.com/Upper/low v1.0.0 // indirect\n',
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/high"\n)\n\nfunc main() { fmt.Println(high.Version) }\n',
    },
  },
];

export const networkWheels: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0.0', time },
  { name: 'high-wheel', version: '1.2.0', time, needs: 'low-wheel>=1.0.0' },
];

const packages = [
  { name: '@scope/low', version: '1.0.0', time },
  { name: 'high', version: '1.2.0', time, dependencies: { '@scope/low': '^1.0.0' } },
];

const crates = [
  { name: 'low', version: '1.0.0', time },
  { name: 'high', version: '1.2.0', time, needs: [['low', '^1.0.0'] as const] },
];

/** Documents of a registry name it as its clients do. */
function under(host: string, answering: Answering): [string, Answering] {
  return [host, (path, request, _origin, body) => answering(path, request, `http://${host}`, body)];
}

export const networkRegistries: ReadonlyMap<string, Answering> = new Map([
  under('go.example', goProxy(modules)),
  under('npm.example', npmRegistry(packages)),
  under('pypi.example', pythonIndex(networkWheels)),
  under('crates.example', crateRegistry(crates, { pubtime: false })),
]);
