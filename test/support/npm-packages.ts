/** Packages of npm as a registry serves them (github.com/npm/registry, "Package Metadata"). */
import { createHash } from 'node:crypto';
import type { Answering, RegistryAnswer } from './registry.ts';
import { type TarFile, tarballOf } from './tarball.ts';

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** Besides `package.json` and `index.js`. */
  readonly files?: Readonly<Record<string, string | TarFile>>;
}

const abbreviated = 'application/vnd.npm.install-v1+json';

/**
 * With SHA-512 as registries have it, or with the SHA-1 of old ones; npm writes into its lock file what it compared. `latest` is the last of
 * the list.
 */
export function npmRegistry(
  packages: readonly NpmPackage[],
  algorithm: 'sha512' | 'sha1' = 'sha512',
): Answering {
  return (path, request, origin) => {
    const wanted = decodeURIComponent(path);
    const tarball = packages.find((each) => tarballPath(each) === wanted);
    if (tarball !== undefined)
      return { body: tarballBytes(tarball), headers: { 'content-type': 'application/octet-stream' } };
    const versions = packages.filter(({ name }) => `/${name}` === wanted);
    if (versions.length === 0) return undefined;
    const isShort = request.headers.accept?.includes(abbreviated) === true;
    return documentOf(versions, (each) => manifestOf(each, origin, algorithm), isShort);
  };
}

function documentOf(
  packages: readonly NpmPackage[],
  manifest: (each: NpmPackage) => object,
  isShort: boolean,
): RegistryAnswer {
  const { name } = packages[0]!;
  const document = {
    name,
    'dist-tags': { latest: packages.at(-1)!.version },
    versions: Object.fromEntries(packages.map((each) => [each.version, manifest(each)])),
    ...(isShort
      ? { modified: packages.at(-1)!.time }
      : { time: Object.fromEntries(packages.map(({ version, time }) => [version, time])) }),
  };
  const type = isShort ? abbreviated : 'application/json';
  return { body: JSON.stringify(document), headers: { 'content-type': type, etag: '"of-now"' } };
}

function manifestOf(each: NpmPackage, origin: string, algorithm: string) {
  const { name, version, dependencies = {} } = each;
  const hash = createHash(algorithm).update(tarballBytes(each));
  const digest =
    algorithm === 'sha1' ? { shasum: hash.digest('hex') } : { integrity: `sha512-${hash.digest('base64')}` };
  const dist = { tarball: `${origin}${tarballPath(each)}`, ...digest };
  return { name, version, dependencies, dist };
}

function tarballPath({ name, version }: NpmPackage): string {
  return `/${name}/-/${name.slice(name.lastIndexOf('/') + 1)}-${version}.tgz`;
}

export function tarballBytes({
  name,
  version,
  dependencies = {},
  text = '',
  files = {},
}: NpmPackage): Buffer {
  return tarballOf({
    'package/package.json': JSON.stringify({ name, version, dependencies, main: 'index.js' }),
    'package/index.js': `module.exports = ${JSON.stringify(version)}; // ${text}\n`,
    ...files,
  });
}
