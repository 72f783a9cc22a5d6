/**
 * The authority of a gateway in the trust stores of a guest: copies with the authority at their end are laid over the stores, so that the
 * variables of steps stay the recorded ones (docs/network.md has which programs look where).
 */
import { chmodSync, lstatSync, readdirSync, readFileSync, type Stats, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaKeystore } from './java-keystore.ts';
import { resolveInGuest } from './sandbox/guest-path.ts';
import type { Mount } from './sandbox/sandbox.ts';

/** Where programs look whatever is there: OpenSSL, GnuTLS, curl, git, Go, Rust, wget. */
const usualBundle = '/etc/ssl/certs/ca-certificates.crt';

/** Other names of the same, which Go (crypto/x509, root_linux.go) and openssl-probe try. */
const otherBundles: readonly string[] = [
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/usr/lib/ssl/cert.pem',
  '/usr/local/ssl/cert.pem',
];

/** Python packages that bring a bundle of their own (certifi, and where pip, requests and botocore have a copy of it). */
const pythonBundles: readonly string[] = [
  'certifi/cacert.pem',
  'pip/_vendor/certifi/cacert.pem',
  'botocore/cacert.pem',
  'httplib2/cacerts.txt',
];

const pythonPlaces = ['/usr/lib', '/usr/local/lib'];
const mostBytes = 16 * 1024 * 1024;

/**
 * Name of the authority in a folder that OpenSSL looks certificates up in: the hash of its subject (X509_NAME_hash(3)), which is the same
 * for every build. `openssl x509 -hash` judges it.
 */
export const authorityFile = 'f86b235b.0';

interface Guest {
  readonly root: string;
  readonly mounts: readonly Mount[];
}

/** Copies below `directory`, and where the guest sees them. */
export function trustStores(guest: Guest, certificate: string, directory: string): Mount[] {
  const python = pythonFolders(guest).flatMap((folder) => pythonBundles.map((name) => join(folder, name)));
  const found = [...otherBundles, ...python].flatMap((target) => {
    const text = readGuestFile(guest, target);
    return text === undefined ? [] : [{ target, text }];
  });
  const all = [
    { target: usualBundle, text: readGuestFile(guest, usualBundle) ?? '' },
    ...found,
    { target: `/etc/ssl/certs/${authorityFile}`, text: '' },
  ].map(({ target, text }) => ({ target, content: Buffer.from(withAuthority(text, certificate), 'latin1') }));
  const others = [...javaStores(guest, all[0]!.content), ...npmSettings(guest)];
  const mounts = [...all, ...others].map(({ target, content }, index) => {
    const source = join(directory, `trust-${index}`);
    writeFileSync(source, content);
    // Whatever the umask.
    chmodSync(source, 0o644);
    return { source, target: resolveInGuest(guest.root, target), writable: false };
  });
  // Several names may lead to one file.
  return [...new Map(mounts.map((mount) => [mount.target, mount])).values()];
}

interface Laid {
  readonly target: string;
  readonly content: Uint8Array;
}

function withAuthority(text: string, certificate: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${certificate}`;
}

const javaStore = '/etc/ssl/certs/java/cacerts';
const javaFolder = '/usr/lib/jvm';

/** Java's own store, where a Java is, with all authorities of the usual bundle: at the place that distributions share, and in each Java that has a file of its own. */
function javaStores(guest: Guest, bundle: Uint8Array): Laid[] {
  const homes = namesIn(onMachine(guest, javaFolder)).map((name) => join(javaFolder, name));
  if (homes.length === 0) return [];
  const own = homes
    .flatMap((home) => ['lib/security/cacerts', 'jre/lib/security/cacerts'].map((path) => join(home, path)))
    .filter((path) => statIn(guest, path)?.isFile() === true);
  const content = javaKeystore(Buffer.from(bundle).toString('latin1'));
  return [javaStore, ...own].map((target) => ({ target, content }));
}

const npmFile = '/usr/etc/npmrc';

/** npm of a Node that has its authorities compiled in takes others from a file that its settings name (npm-config, `cafile`). */
function npmSettings(guest: Guest): Laid[] {
  const own = readGuestFile(guest, npmFile);
  const canBeMade = onMachine(guest, npmFile).startsWith(`${guest.root}/`);
  if (statIn(guest, '/usr/bin/npm') === undefined || (own === undefined && !canBeMade)) return [];
  return [{ target: npmFile, content: Buffer.from(`${own ?? ''}\ncafile=${usualBundle}\n`, 'latin1') }];
}

function pythonFolders(guest: Guest): string[] {
  return pythonPlaces.flatMap((place) =>
    namesIn(onMachine(guest, place))
      .filter((name) => /^python3(\.\d+)?$/.test(name))
      .flatMap((name) => ['site-packages', 'dist-packages'].map((folder) => join(place, name, folder))),
  );
}

/** Where a path of the guest lies on this machine. */
function onMachine({ root, mounts }: Guest, path: string): string {
  const resolved = resolveInGuest(root, path);
  const mount = mounts.find(({ target }) => resolved === target || resolved.startsWith(`${target}/`));
  return mount === undefined ? join(root, resolved) : join(mount.source, resolved.slice(mount.target.length));
}

/** Text of a plain file of the guest; undefined where there is none, or one that is too large for a bundle. */
function readGuestFile(guest: Guest, path: string): string | undefined {
  const stat = statIn(guest, path);
  return stat?.isFile() === true && stat.size <= mostBytes
    ? readFileSync(onMachine(guest, path), 'latin1')
    : undefined;
}

/** Undefined where there is nothing, and where a part of the path is not a folder. */
function statIn(guest: Guest, path: string): Stats | undefined {
  try {
    return lstatSync(onMachine(guest, path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
