/**
 * The addresses that a recipe records, answered from the locked packages: melange asks for them by name, and gets what the
 * plan pins and nothing else. Indexes and keys are made for this build.
 */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readApk } from '../../apk/read-apk.ts';
import type { Recipe } from '../../claim/recipe/recipe.ts';
import { emitIndex, indexRecord } from '../../emit/index-archive.ts';
import { Failure } from '../../failure.ts';
import { fileSource } from '../../inputs/store/files.ts';
import { type KeyName, parseKeyName } from '../../names.ts';

/** The answer to a request for an address. */
export interface Route {
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly port: number;
  /** The path, without query or fragment. */
  readonly path: string;
  /** A file of this machine. */
  readonly file: string;
}

export interface LocalPackage {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** Routes for every repository and key of a recipe. Fails with `unsupported` for addresses that cannot be answered. */
export async function routesOf(
  recipe: Recipe,
  architecture: string,
  packages: readonly LocalPackage[],
  directory: string,
): Promise<Route[]> {
  const { buildRepositories, repositories, keyring } = recipe.environment.contents;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = join(directory, 'key.pub');
  writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const keys = keyring.map((address) => ({ ...parseAddress(address), file: keyFile }));
  const publicName = publicNameOf(keys[0]?.path ?? '/none.rsa.pub');
  const records: string[] = [];
  for (const { path } of packages) records.push(indexRecord(await readApk(fileSource(path))));
  const indexFile = join(directory, 'APKINDEX.tar.gz');
  const signer = { algorithm: 'RSA256', key: { publicName, key: privateKey } } as const;
  writeFileSync(indexFile, emitIndex(records, '', keys.length === 0 ? undefined : signer));
  const served = [...new Set([...buildRepositories, ...repositories])].map(parseAddress).flatMap((base) => {
    const below = (name: string) => `${base.path.replace(/\/$/, '')}/${architecture}/${name}`;
    return [
      { ...base, path: below('APKINDEX.tar.gz'), file: indexFile },
      ...packages.map(({ name, version, path }) => ({
        ...base,
        path: below(`${name}-${version}.apk`),
        file: path,
      })),
    ];
  });
  return [...served, ...keys];
}

/** The name of the public key at a path. Fails with `unsupported`. */
function publicNameOf(path: string): KeyName {
  const name = parseKeyName(basename(path));
  if (name === undefined) throw unanswerable(path, undefined);
  return name;
}

function parseAddress(address: string): Omit<Route, 'file'> {
  let url: URL;
  try {
    // A repository may be recorded with a pin in front: `@local https://…`.
    url = new URL(address.replace(/^@\S+\s+/, ''));
  } catch (cause) {
    throw unanswerable(address, cause);
  }
  const { protocol, hostname } = url;
  if ((protocol !== 'http:' && protocol !== 'https:') || !/^[A-Za-z0-9.-]+$/.test(hostname)) {
    throw unanswerable(address, undefined);
  }
  const port = url.port === '' ? (protocol === 'http:' ? 80 : 443) : Number(url.port);
  return { protocol, host: hostname, port, path: decodeURI(url.pathname) };
}

function unanswerable(address: string, cause: unknown): Failure {
  return new Failure(
    'unsupported',
    'melange would read a key or a repository from an address that is not a web address',
    {
      got: address,
      cause,
    },
  );
}
