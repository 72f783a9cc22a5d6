/** What package files say of themselves, read once for each file: the front is enough. */

import type { PublicKey } from '../apk/apk-signature.ts';
import { q1 } from '../apk/checksum.ts';
import { readFront } from '../apk/front.ts';
import { buildDate, pkgInfoValue, pkgInfoValues } from '../apk/pkginfo.ts';
import { parseSha256, type Sha256, sha256 } from '../digest.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';
import type { EnvironmentAccess } from '../plan/environment.ts';
import type { EnvironmentPlace, PackageFacts } from '../plan/environment-place.ts';
import { verifySignatures } from '../repository/keyring.ts';
import type { Inputs } from './inputs.ts';
import { fileSource } from './store/files.ts';

/** Facts of a file on this machine. Fails as `readFront` does. */
async function readFacts(
  path: string,
  inputs: Inputs,
  location: string,
  keys: readonly PublicKey[],
): Promise<PackageFacts> {
  const [{ pkginfo, control, controlSha1, signatures }, digest] = await Promise.all([
    readFront(fileSource(path)),
    inputs.hash(location),
  ]);
  const value = (key: string) => pkgInfoValue(pkginfo, key);
  return {
    name: requireName(location, value('pkgname'), parsePackageName),
    version: requireName(location, value('pkgver'), parsePackageVersion),
    architecture: value('arch') ?? '',
    path,
    sha256: digest!,
    checksum: q1(controlSha1),
    controlSha256: sha256(control),
    dataSha256: value('datahash') ?? '',
    buildDate: buildDate(pkginfo),
    signature: verifySignatures(signatures, control, keys),
    dependencies: pkgInfoValues(pkginfo, 'depend'),
    provides: pkgInfoValues(pkginfo, 'provides'),
  };
}

/** Requires a plain name. Fails with `environment-invalid`. */
function requireName<N>(
  location: string,
  text: string | undefined,
  parse: (text: string) => N | undefined,
): N {
  const name = parse(text ?? '');
  if (name !== undefined) return name;
  throw new Failure(
    'environment-invalid',
    `${location} gives itself a name or version that is not a plain one`,
  );
}

/** The most files that are remembered under one name, the latest first; more would not help. */
const mostStored = 32;

/**
 * Packages of an environment through the inputs of this machine. A package that was seen before is found again by name, but is not believed
 * for that: its signature is judged by the keys of this run.
 * @param keys that vouch for what lies in the store
 */
export function environmentAccess(
  inputs: Inputs,
  keys: readonly PublicKey[],
  arch: Architecture,
): EnvironmentAccess {
  return {
    async facts(location, { foundIn, keys: own }: EnvironmentPlace, checksums) {
      const provenance = foundIn === 'recorded' ? 'recorded' : 'named';
      const pin = checksums.length === 0 ? {} : { pin: checksums.join(' ') };
      const fits = ({ checksum }: PackageFacts) => checksums.length === 0 || checksums.includes(checksum);
      const first = await read(location);
      if (first === undefined || fits(first)) return keep(first, inputs, arch);
      // The mirror may be between two states, or the file in the store stale: it is fetched once more, from the server.
      inputs.forget(location);
      const again = await read(location);
      if (again === undefined || fits(again)) return keep(again, inputs, arch);
      throw new Failure('environment-invalid', `${location} is not the package that its index lists`, {
        expected: checksums.join(' '),
        got: again.checksum,
      });

      async function read(from: string): Promise<PackageFacts | undefined> {
        const path = await inputs.obtain(from, { provenance, ...pin });
        return path === undefined ? undefined : readOrRefuse(path, inputs, from, own);
      }
    },
    async stored(name, version) {
      const digests = noted(inputs, noteName(name, version, arch));
      const paths = await Promise.all(digests.map((digest) => inputs.store.get(digest)));
      const found = await Promise.all(
        paths.map((path) => path && readFacts(path, inputs, path, keys).catch(unlessDamaged)),
      );
      return found.filter((each) => typeof each === 'object');
    },
  };
}

/** A file that cannot be read is not a stored package. */
function unlessDamaged(failure: unknown): undefined {
  if (!isFaultOfFile(failure)) throw failure;
}

/** Reads a file. A lock cannot name a damaged file, so it counts as a wrong one. */
async function readOrRefuse(
  path: string,
  inputs: Inputs,
  location: string,
  keys: readonly PublicKey[],
): Promise<PackageFacts> {
  try {
    return await readFacts(path, inputs, location, keys);
  } catch (cause) {
    inputs.forget(location);
    throw new Failure('environment-invalid', `${location} is not a package`, { cause });
  }
}

/**
 * Remembers by name where a package is, for when no repository has it any more. Earlier files of the name are kept as well: a file for which
 * no key vouches must not hide one for which a key does.
 */
function keep(facts: PackageFacts | undefined, inputs: Inputs, arch: Architecture): PackageFacts | undefined {
  const { store } = inputs;
  if (facts?.path.startsWith(`${store.folder}/`)) {
    const name = noteName(facts.name, facts.version, arch);
    const digests = new Set([facts.sha256, ...noted(inputs, name)]);
    store.remember(name, [...digests].slice(0, mostStored).join(' '));
  }
  return facts;
}

function noted({ store }: Inputs, name: string): Sha256[] {
  return (store.recall(name) ?? '').split(' ').flatMap((text) => parseSha256(text) ?? []);
}

function noteName(name: PackageName, version: PackageVersion, arch: Architecture): string {
  return `package ${arch} ${name}=${version}`;
}
