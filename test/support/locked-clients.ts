/** Clients of registries as they run in a guest: what each resolves without a lock file, and what it installs by one. */
import { existsSync } from 'node:fs';
import { ownCargo } from './clients.ts';
import { type Crate, crateRegistry } from './crates.ts';
import { goModule, goProxy } from './go-modules.ts';
import { type NpmPackage, npmRegistry } from './npm-packages.ts';
import { type PythonPackage, pythonIndex } from './python-packages.ts';
import type { Answering } from './registry.ts';

/** Behind this name a guest finds the registry. */
export const registryHost = 'registry.example';
export const registryOrigin: string = `https://${registryHost}`;
const origin = registryOrigin;
export const earlyTime = '2024-01-01T00:00:00Z';
export const lateTime = '2024-12-01T00:00:00Z';
/** Between the versions of the two lists. */
export const betweenTimes: number = Date.parse('2024-06-01T00:00:00Z') / 1000;

export interface LockedClient {
  readonly name: string;
  /** `false`, or why it cannot run in a guest here. */
  readonly missing: string | false;
  /** Files and folders that are laid beside the recipe, by their names there. */
  readonly beside?: readonly (readonly [name: string, path: string])[];
  readonly registries: {
    readonly early: Answering;
    /** With newer versions as well, which ranges lead to. */
    readonly late: Answering;
    /** The early versions with other contents; undefined where nothing of the client's holds a digest of them. */
    readonly tampered?: Answering;
  };
  /** Makes a project in an empty folder. */
  readonly project: string;
  /** Resolves the project, and installs or downloads what it needs. */
  readonly unlocked: string;
  /** Installs what the lock files name; undefined for a client that has none. */
  readonly locked?: string;
  /** Below the project, as `unlocked` writes them. */
  readonly lockFiles?: string;
  /** Prints what was chosen. */
  readonly chosen: string;
  readonly isEarly: RegExp;
  readonly isLate: RegExp;
}

/** What is needed is two modules deep. */
export function versionsOf<T extends { readonly version: string }>(
  make: (name: 'low' | 'high', version: string, time: string, needs?: string) => T,
): readonly [early: readonly T[], late: readonly T[]] {
  const first = [make('low', '1.0.0', earlyTime), make('high', '1.2.0', earlyTime, '1.0.0')];
  return [first, [...first, make('low', '1.5.0', lateTime), make('high', '1.9.0', lateTime, '1.5.0')]];
}

/** The versions of what is asked for, as lists and lock files of clients have them. */
export const isEarly: RegExp = /high\W+(?:version = ")?v?1\.2\.0/;
export const isLate: RegExp = /high\W+(?:version = ")?v?1\.9\.0/;

export const lockedClients: readonly LockedClient[] = [go(), npm(), pip(), cargo()];

function go(): LockedClient {
  const [first, all] = versionsOf((name, version, time, needs) =>
    goModule(
      name === 'low' ? 'example.com/Upper/low' : 'example.com/high',
      `v${version}`,
      time,
      needs === undefined ? '' : `example.com/Upper/low v${needs}`,
    ),
  );
  const tampered = first.map((each) => ({ ...each, files: { ...each.files, LICENSE: 'tampered\n' } }));
  return {
    name: 'go',
    missing: unlessThere('/usr/local/go/bin/go'),
    registries: { early: goProxy(first), late: goProxy(all), tampered: goProxy(tampered) },
    project: `export PATH=$PATH:/usr/local/go/bin GOPROXY=${origin} GOSUMDB=off GOTOOLCHAIN=local
printf 'module example.com/program\\n\\ngo 1.20\\n' > go.mod`,
    unlocked: 'go get example.com/high@latest\ngo mod download',
    locked: 'go mod download',
    lockFiles: 'go.mod go.sum',
    chosen: 'go list -m all',
    isEarly,
    isLate,
  };
}

function npm(): LockedClient {
  const [first, all] = versionsOf<NpmPackage>((name, version, time, needs) => ({
    name: name === 'low' ? '@scope/low' : name,
    version,
    time,
    ...(needs === undefined ? {} : { dependencies: { '@scope/low': `^${needs}` } }),
  }));
  // Its documents name it as the guest does.
  const serving =
    (packages: readonly NpmPackage[]): Answering =>
    (path, request) =>
      npmRegistry(packages)(path, request, origin);
  const options = `--registry ${origin}/ --no-audit --no-fund --cache /tmp/npm`;
  return {
    name: 'npm',
    missing: unlessThere('/usr/bin/npm'),
    registries: {
      early: serving(first),
      late: serving(all),
      tampered: serving(first.map((each) => ({ ...each, text: 'tampered' }))),
    },
    // It would ask for a newer version of itself and leave before it is answered, and wait for minutes before it asks again for what contradicts the lock file.
    project: `export npm_config_update_notifier=false npm_config_fetch_retries=0
echo '{"name":"program","version":"1.0.0","dependencies":{"high":">=1"}}' > package.json`,
    unlocked: `npm install ${options}`,
    locked: `npm ci ${options}`,
    lockFiles: 'package-lock.json',
    chosen: 'npm ls --all',
    isEarly,
    isLate,
  };
}

function pip(): LockedClient {
  const [first, all] = versionsOf<PythonPackage>((name, version, time, needs) => ({
    name: `${name}-wheel`,
    version,
    time,
    ...(needs === undefined ? {} : { needs: `low-wheel>=${needs}` }),
  }));
  const serving =
    (packages: readonly PythonPackage[]): Answering =>
    (path, request) =>
      pythonIndex(packages)(path, request, origin);
  const options = `--no-cache-dir --disable-pip-version-check --index-url ${origin}/simple/`;
  return {
    name: 'pip',
    missing: unlessThere('/usr/lib/python3/dist-packages/pip/__init__.py'),
    registries: {
      early: serving(first),
      late: serving(all),
      tampered: serving(first.map((each) => ({ ...each, text: 'tampered' }))),
    },
    project: 'alias pip="/usr/bin/python3 -m pip"',
    unlocked: `pip download high-wheel --dest wheels ${options}
(cd wheels; for f in *.whl; do
  v=\${f#*-}; echo "\${f%%-*}==\${v%%-*} --hash=sha256:$(sha256sum $f | cut -d' ' -f1)"
done) > requirements.txt`,
    locked: `pip install --require-hashes -r requirements.txt --target out ${options}`,
    lockFiles: 'requirements.txt',
    chosen: 'ls wheels out || true',
    isEarly: /high_wheel-1\.2\.0/,
    isLate: /high_wheel-1\.9\.0/,
  };
}

function cargo(): LockedClient {
  const own = ownCargo();
  const [first, all] = versionsOf<Crate>((name, version, time, needs) => ({
    name,
    version,
    time,
    ...(needs === undefined ? {} : { needs: [['low', `^${needs}`] as const] }),
  }));
  const serving =
    (crates: readonly Crate[]): Answering =>
    (path, request) =>
      crateRegistry(crates, { pubtime: false })(path, request, origin);
  return {
    name: 'cargo',
    missing: typeof own === 'string' ? own : false,
    ...(typeof own === 'string' ? {} : { beside: [['cargo', own.path] as const] }),
    registries: {
      early: serving(first),
      late: serving(all),
      tampered: serving(first.map((each) => ({ ...each, text: 'tampered' }))),
    },
    project: `export CARGO_HOME=/tmp/cargo CARGO_NET_RETRY=0 CARGO_REGISTRIES_LAB_INDEX=sparse+${origin}/index/
mkdir src && touch src/lib.rs
printf '[package]\\nname = "program"\\nversion = "1.0.0"\\n[dependencies]\\nhigh = { version = "1", registry = "lab" }\\n' > Cargo.toml`,
    unlocked: '$beside/cargo vendor',
    locked: '$beside/cargo vendor --locked',
    lockFiles: 'Cargo.lock',
    chosen: 'cat Cargo.lock',
    isEarly,
    isLate,
  };
}

export function unlessThere(program: string): string | false {
  return existsSync(program) ? false : `${program} is not in the guest`;
}
