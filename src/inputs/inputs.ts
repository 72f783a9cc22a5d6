/** Everything that is read for a plan: folders of this machine, and addresses through the store. */

import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Address, shownAddress } from '../address.ts';
import { parseSha256, type Sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { type FetchedRepository, fetchRepository, importRepository } from './git/git.ts';
import { locateRepository } from './git/git-location.ts';
import { type Git, openGit } from './git/git-program.ts';
import type { GitWanted } from './git/git-wanted.ts';
import { type Provenance, parseAddress } from './network/addresses.ts';
import { exchangeForBuild } from './network/build-exchange.ts';
import { type Downloader, download } from './network/download.ts';
import { type BuildAnswer, type BuildRequest, type Http, makeHttp, requestSecrets } from './network/http.ts';
import { noteName, parseNote } from './network/location-notes.ts';
import { NamedAddresses, type RequestSecrets } from './network/named-addresses.ts';
import { defaultNetwork, type NetworkOptions } from './network/network-options.ts';
import type { Validators } from './network/partial-file.ts';
import { Slots } from './network/slots.ts';
import { hashFile, isAddress, readSmallFile } from './store/files.ts';
import { openStore, type Store } from './store/store.ts';

export interface ObtainOptions {
  readonly provenance?: Provenance;
  /** A value that identifies the content, such as `Q1…`: as long as it stays the same, the address is not fetched again. */
  readonly pin?: string;
  readonly mostBytes?: number;
}

export interface Inputs {
  readonly store: Store;
  readonly network: NetworkOptions;
  /** Folder for recipe repositories and for the files that lay beside recipes. */
  readonly recipes: string;
  /** Takes a location that the user named and returns it without its secrets, which go with requests to it and below it. Fails as `NamedAddresses` does. */
  name(location: string): string;
  /** The `Authorization` header for git at an address that the user named. Fails with `address-refused` for one with a query: git sends none. */
  gitAuthorization(address: string): string | undefined;
  /** A small file (an index, a key) by location; undefined where there is none. */
  read(location: string, provenance?: Provenance): Promise<Uint8Array | undefined>;
  /** Path of a file on this machine, downloaded first where its location is an address; undefined where there is none. */
  obtain(location: string, options?: ObtainOptions): Promise<string | undefined>;
  hash(location: string, options?: ObtainOptions): Promise<Sha256 | undefined>;
  /** A bare repository with what steps want of an address; undefined where there is none. Fails as `fetchRepository` does. */
  repository(
    address: string,
    provenance: Provenance,
    wanted: readonly GitWanted[],
  ): Promise<FetchedRepository | undefined>;
  /** The same for a repository in a folder of this machine. Fails as `importRepository` does. */
  folderRepository(folder: string, wanted: readonly GitWanted[]): Promise<FetchedRepository | undefined>;
  /** The machine's git, for repositories that this program makes. */
  git(): Git;
  /** One request of a build, asked again where that may help. Fails as `exchangeForBuild` does. */
  exchange(request: BuildRequest): Promise<BuildAnswer>;
  /** Forgets what was obtained from a location: it was not what it should have been. */
  forget(location: string): void;
  /**
   * The same inputs, where `ready` must succeed before any server is asked for a file or a repository; what asks for one then fails as `ready` does. Indexes and keys
   * (`read`), and requests of a build, do not wait for it.
   */
  after(ready: () => Promise<void>): Inputs;
}

const mostIndexBytes = 512 * 1024 * 1024;
const mostFileBytes = 8 * 1024 ** 3;

/**
 * Inputs as this machine has them: its files, and addresses through a store below `cache`, a folder in which everything can be thrown away.
 */
export function machineInputs(
  cache: string,
  signal: AbortSignal,
  network: NetworkOptions = defaultNetwork,
): Inputs {
  // Every transfer and every git listens to it: many listeners are not a leak.
  setMaxListeners(0, signal);
  const named = new NamedAddresses();
  let http: Http | undefined;
  return new MachineInputs({
    cache,
    signal,
    network,
    store: openStore(join(cache, 'store')),
    git: new Slots(network.perHost),
    named,
    connect: () => {
      http ??= makeHttp({ ...network, named, signal });
      return http;
    },
    ready: undefined,
  });
}

/** What inputs that wait for something share with those that do not. */
interface Shared {
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly network: NetworkOptions;
  readonly store: Store;
  readonly git: Slots;
  readonly named: NamedAddresses;
  readonly connect: () => Http;
  /** What must succeed before a file or a repository is asked for. */
  readonly ready: (() => Promise<void>) | undefined;
}

class MachineInputs implements Inputs {
  readonly store: Store;
  readonly network: NetworkOptions;
  readonly recipes: string;
  readonly #shared: Shared;
  readonly #cache: string;
  readonly #signal: AbortSignal;
  readonly #hashes = new Map<string, Promise<Sha256 | undefined>>();
  readonly #obtained = new Map<string, Promise<string | undefined>>();
  readonly #named: NamedAddresses;

  constructor(shared: Shared) {
    const { cache, signal, network, store, named } = shared;
    this.#shared = shared;
    this.#cache = cache;
    this.recipes = join(cache, 'recipes');
    this.store = store;
    this.network = network;
    this.#signal = signal;
    this.#named = named;
  }

  after(ready: () => Promise<void>): Inputs {
    return new MachineInputs({ ...this.#shared, ready });
  }

  name(location: string): string {
    return this.#named.name(location);
  }

  #nameFor(location: string, provenance: Provenance): string {
    return provenance === 'named' ? this.name(location) : location;
  }

  async read(given: string, provenance: Provenance = 'named'): Promise<Uint8Array | undefined> {
    const location = this.#nameFor(given, provenance);
    if (!isAddress(location)) return readSmallFile(location, mostIndexBytes);
    const options = { provenance, mostBytes: mostIndexBytes };
    const path = await once(this.#obtained, location, () =>
      this.#obtain(location, options, this.#shared.connect()),
    );
    return path === undefined ? undefined : readFileSync(path);
  }

  async obtain(given: string, options: ObtainOptions = {}): Promise<string | undefined> {
    const location = this.#nameFor(given, options.provenance ?? 'named');
    return once(this.#obtained, location, () => this.#obtain(location, options, this.#connect()));
  }

  async hash(given: string, options: ObtainOptions = {}): Promise<Sha256 | undefined> {
    const location = this.#nameFor(given, options.provenance ?? 'named');
    return once(this.#hashes, location, async () => {
      const path = await this.obtain(location, options);
      if (path === undefined) return undefined;
      return isAddress(location) ? digestOfStored(path) : hashFile(path);
    });
  }

  async repository(
    given: string,
    provenance: Provenance,
    wanted: readonly GitWanted[],
  ): Promise<FetchedRepository | undefined> {
    const address = this.#nameFor(given, provenance);
    requireNoQuery(parseAddress(address), this.#secretsAt(address, provenance));
    const release = await this.#shared.git.take(parseAddress(address).host);
    try {
      return await fetchRepository(address, provenance, wanted, {
        ...this.#gitPlace(),
        locate: (from, trust) =>
          locateRepository(from, trust, { ...this.network, signal: this.#signal, http: this.#connect() }),
      });
    } finally {
      release();
    }
  }

  folderRepository(folder: string, wanted: readonly GitWanted[]): Promise<FetchedRepository | undefined> {
    return importRepository(folder, wanted, this.#gitPlace());
  }

  #gitPlace() {
    return { folder: join(this.#cache, 'git'), network: this.network, signal: this.#signal };
  }

  gitAuthorization(address: string): string | undefined {
    const secrets = this.#secretsAt(address, 'named');
    requireNoQuery(parseAddress(address), secrets);
    return secrets.authorization;
  }

  #secretsAt(address: string, provenance: Provenance): RequestSecrets {
    return requestSecrets(parseAddress(address), provenance, { ...this.network, named: this.#named });
  }

  git(): Git {
    return openGit({ network: this.network, signal: this.#signal });
  }

  exchange(request: BuildRequest): Promise<BuildAnswer> {
    return exchangeForBuild(request, this.#shared.connect(), { ...this.network, signal: this.#signal });
  }

  forget(given: string): void {
    for (const location of [given, Address.parse(given)?.place ?? given]) {
      this.#obtained.delete(location);
      this.#hashes.delete(location);
      this.store.remember(noteName(location), undefined);
    }
  }

  async #obtain(location: string, options: ObtainOptions, http: Http): Promise<string | undefined> {
    if (!isAddress(location)) return isFile(location) ? location : undefined;
    const note = parseNote(this.store.recall(noteName(location)));
    const kept = note === undefined ? undefined : await this.store.get(note.sha256);
    if (note !== undefined && kept !== undefined) {
      const pinned = options.pin !== undefined && options.pin === note.pin;
      if (pinned || this.network.policy.offline) return kept;
    }
    const known = kept === undefined ? {} : { known: note! };
    const fetched = await this.#download(location, { ...options, ...known }, http);
    if (fetched.kind === 'missing') return undefined;
    const current = fetched.kind === 'fetched' ? { ...fetched.validators, sha256: fetched.sha256 } : note!;
    this.store.remember(noteName(location), JSON.stringify({ ...current, pin: options.pin }));
    return fetched.kind === 'fetched' ? fetched.path : kept!;
  }

  #connect(): Http {
    const { connect, ready } = this.#shared;
    return ready === undefined ? connect() : connect().after(ready);
  }

  #download(
    location: string,
    { provenance = 'named', mostBytes = mostFileBytes, known }: Sought,
    http: Http,
  ) {
    const by: Downloader = { ...this.network, http, store: this.store, signal: this.#signal };
    return download(location, { provenance, mostBytes, ...(known === undefined ? {} : { known }) }, by);
  }
}

interface Sought extends ObtainOptions {
  /** The validators of what is in the store. */
  readonly known?: Validators;
}

/** Refuses a query: everybody can see git's arguments, and git appends a path to the address. */
function requireNoQuery(address: URL, { query }: RequestSecrets): void {
  if (address.search === '' && query === '') return;
  throw new Failure('address-refused', `${shownAddress(address.href)} is not contacted: git sends no query`, {
    hint: 'give credentials in HTTP_AUTH or a netrc file',
  });
}

/** The digest of a stored file, by which the store names objects. */
function digestOfStored(path: string): Sha256 {
  const digest = parseSha256(path.split('/').slice(-2).join(''));
  if (digest === undefined) throw new Failure('internal', 'a downloaded file is not in the store');
  return digest;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function once<V>(known: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}
