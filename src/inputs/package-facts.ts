/** What package files say of themselves, read once for each file: the front is enough. */
import { q1 } from '../apk/checksum.ts';
import { readFront } from '../apk/front.ts';
import { pkgInfoValue, pkgInfoValues } from '../apk/pkginfo.ts';
import type { PublicKey } from '../apk/signature.ts';
import { parseSha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';
import type { EnvironmentAccess, EnvironmentPlace, PackageFacts } from '../plan/environment.ts';
import { verifySignatures } from '../repository/keyring.ts';
import { fileSource } from './files.ts';
import type { Inputs } from './inputs.ts';

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
  const date = value('builddate') ?? '';
  return {
    name: requireName(location, value('pkgname'), parsePackageName),
    version: requireName(location, value('pkgver'), parsePackageVersion),
    path,
    sha256: digest!,
    checksum: q1(controlSha1),
    controlSha256: sha256(control),
    dataSha256: value('datahash') ?? '',
    buildDate: /^\d{1,12}$/.test(date) ? Number(date) : undefined,
    signature: verifySignatures(signatures, control, keys),
    dependencies: pkgInfoValues(pkginfo, 'depend'),
    provides: pkgInfoValues(pkginfo, 'provides'),
  };
}

/** Fails with `environment-invalid`. */
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

/** Packages of an environment through the inputs of this machine. */
export function environmentAccess(
  inputs: Inputs,
  keys: readonly PublicKey[],
  arch: Architecture,
): EnvironmentAccess {
  return {
    async facts(location, { foundIn }: EnvironmentPlace, checksum) {
      const provenance = foundIn === 'recorded' ? 'recorded' : 'named';
      const options = { provenance, ...(checksum === undefined ? {} : { pin: checksum }) } as const;
      const first = await read(location);
      if (first === undefined || checksum === undefined || first.checksum === checksum)
        return keep(first, inputs, arch);
      // A mirror between two states, or a stale file in the store: once more, from the server.
      inputs.forget(location);
      const again = await read(location);
      if (again === undefined || again.checksum === checksum) return keep(again, inputs, arch);
      throw new Failure('environment-invalid', `${location} is not the package that its index lists`, {
        expected: checksum,
        got: again.checksum,
      });

      async function read(from: string): Promise<PackageFacts | undefined> {
        const path = await inputs.obtain(from, options);
        return path === undefined ? undefined : readOrRefuse(path, inputs, from, keys);
      }
    },
    async stored(name, version) {
      const digest = parseSha256(inputs.store.recall(noteName(name, version, arch)) ?? '');
      const path = digest === undefined ? undefined : await inputs.store.get(digest);
      return path === undefined ? undefined : readFacts(path, inputs, path, keys);
    },
  };
}

/** A damaged file is none that a lock can name; it counts as a wrong one. */
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
    throw new Failure('environment-invalid', `${location} is no package`, { cause });
  }
}

/** Remembers where a package is by name, for the day when no repository has it any more. */
function keep(
  facts: PackageFacts | undefined,
  { store }: Inputs,
  arch: Architecture,
): PackageFacts | undefined {
  if (facts?.path.startsWith(`${store.folder}/`))
    store.remember(noteName(facts.name, facts.version, arch), facts.sha256);
  return facts;
}

function noteName(name: PackageName, version: PackageVersion, arch: Architecture): string {
  return `package ${arch} ${name}=${version}`;
}
