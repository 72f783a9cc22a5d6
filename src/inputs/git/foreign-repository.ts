/**
 * A git repository in a folder that others made, read as data: this program makes its own repository beside it that has the
 * names of its branches and tags, its objects and where its history is cut off, and nothing else. Links are not followed, and
 * nothing outside the folder is read. The names of objects are not believed here: code that takes objects from the own repository
 * either fetches them, which hashes them (git-index-pack(1)), or hashes them itself.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Sha256, sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { isReferenceName } from './git-references.ts';
import { makeRepository, type OwnRepository } from './own-repository.ts';

export interface ForeignRepository {
  readonly repository: OwnRepository;
  /** A digest of the references and of where history is cut off: where it is equal, the same commits lead to the same history. */
  readonly state: Sha256;
  readonly shallow: boolean;
}

const mostReferenceBytes = 256 * 1024 * 1024;
const mostObjectFiles = 2_000_000;
const mostReferences = 1_000_000;

/**
 * Makes an own repository of a foreign one; undefined where the folder holds none. Fails with `unreachable` for one that leads elsewhere
 * or is stored in a form that is not read.
 * @param folder a work tree or a bare repository
 * @param aside path of the own repository, which lives as long as the foreign one is read
 */
export async function openForeign(folder: string, aside: string): Promise<ForeignRepository | undefined> {
  const place = gitFolder(folder);
  if (place === undefined) return undefined;
  const head = readHead(place, folder);
  const references = readReferences(place, folder);
  const shallow = readShallow(place, folder);
  const repository = makeRepository(aside);
  writeFileSync(join(repository, 'HEAD'), `${head}\n`);
  const packed = [...references]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, id]) => `${id} ${name}\n`)
    .join('');
  writeFileSync(join(repository, 'packed-refs'), packed, 'latin1');
  if (shallow !== '') writeFileSync(join(repository, 'shallow'), shallow);
  await linkObjects(join(place, 'objects'), join(repository, 'objects'), folder);
  const state = sha256(Buffer.from([head, packed, shallow].join('\n\n'), 'latin1'));
  return { repository, state, shallow: shallow !== '' };
}

/** Whether a folder seems to hold a repository. */
function isForeign(folder: string): boolean {
  return (
    statOf(join(folder, '.git')) !== undefined || statOf(join(folder, 'objects'))?.isDirectory() === true
  );
}

/** The folder of git itself, which is the one that was named or inside it. */
function gitFolder(folder: string): string | undefined {
  if (!isForeign(folder)) return undefined;
  const inside = join(folder, '.git');
  const found = statOf(inside);
  // gitrepository-layout(5): a file in its place, or one of these names, leads to a different folder.
  if (found !== undefined && !found.isDirectory()) throw elsewhere(folder, '.git');
  const place = found === undefined ? folder : inside;
  for (const name of ['commondir', 'gitdir'])
    if (statOf(join(place, name)) !== undefined) throw elsewhere(folder, name);
  if (statOf(join(place, 'reftable')) !== undefined)
    throw unreadable(folder, 'its references are a reftable');
  return resolve(place);
}

function elsewhere(folder: string, name: string): Failure {
  return new Failure('unreachable', `the git repository of ${folder} is elsewhere: ${name}`, {
    hint: 'name the repository that it belongs to, or a clone of it',
  });
}

function unreadable(folder: string, why: string): Failure {
  return new Failure('unreachable', `the git repository of ${folder} cannot be read: ${why}`, {
    hint: 'name a fresh clone of it (git clone --bare)',
  });
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** The text of a file that is not a link; undefined where there is none. */
function readText(path: string, folder: string, mostBytes: number): string | undefined {
  const stat = statOf(path);
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw unreadable(folder, 'a file of it is a link');
  if (stat.size > mostBytes) throw unreadable(folder, 'a file of it is too large');
  return readFileSync(path, 'latin1');
}

const id = '[0-9a-f]{40}';
const idPattern = new RegExp(`^${id}$`);

function readHead(place: string, folder: string): string {
  const text = readText(join(place, 'HEAD'), folder, 4096)?.trim() ?? '';
  const name = /^ref: *(refs\/heads\/.+)$/.exec(text)?.[1];
  if (name !== undefined && isReferenceName(name)) return `ref: ${name}`;
  if (idPattern.test(text)) return text;
  throw unreadable(folder, 'its HEAD is neither a branch nor a commit');
}

/** Branches, tags and remote branches by name; loose ones take precedence over packed ones. */
function readReferences(place: string, folder: string): Map<string, string> {
  const references = new Map<string, string>();
  const text = readText(join(place, 'packed-refs'), folder, mostReferenceBytes) ?? '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('^')) continue;
    const [commit, name] = [line.slice(0, 40), line.slice(41)];
    if (line[40] !== ' ' || !idPattern.test(commit)) throw unreadable(folder, 'its packed-refs are damaged');
    if (isKept(name)) references.set(name, commit);
  }
  for (const name of looseReferences(place, folder)) {
    const commit = readText(join(place, Buffer.from(name, 'latin1').toString()), folder, 4096)?.trim() ?? '';
    if (idPattern.test(commit)) references.set(name, commit);
  }
  if (references.size > mostReferences) throw unreadable(folder, 'it has too many references');
  return references;
}

const kinds = ['refs/heads/', 'refs/tags/', 'refs/remotes/'];

function isKept(name: string): boolean {
  return kinds.some((kind) => name.startsWith(kind)) && isReferenceName(name);
}

function looseReferences(place: string, folder: string): string[] {
  const found: string[] = [];
  if (statOf(join(place, 'refs'))?.isSymbolicLink() === true) throw elsewhere(folder, 'refs');
  const pending = kinds.map((kind) => kind.slice(0, -1)).filter((kind) => isFolder(join(place, kind)));
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    for (const entry of readdirSync(join(place, below), { withFileTypes: true })) {
      const name = `${below}/${entry.name}`;
      if (entry.isDirectory()) pending.push(name);
      else if (entry.isFile() && isKept(latin1(name))) found.push(latin1(name));
      if (found.length + pending.length > mostReferences)
        throw unreadable(folder, 'it has too many references');
    }
  }
  return found;
}

/** A name with one character for each byte, as in packed-refs. */
function latin1(name: string): string {
  return Buffer.from(name, 'utf8').toString('latin1');
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** The commits whose parents are absent, as git writes them: one on each line. */
function readShallow(place: string, folder: string): string {
  const text = readText(join(place, 'shallow'), folder, mostReferenceBytes) ?? '';
  const lines = text.split('\n').filter(Boolean);
  if (!lines.every((line) => idPattern.test(line))) throw unreadable(folder, 'its file shallow is damaged');
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

const packName = new RegExp(`^pack-${id}\\.(?:pack|idx)$`);

/** Links only packs and loose objects: no alternates, no commit graph, no other index. */
async function linkObjects(from: string, into: string, folder: string): Promise<void> {
  if (!isFolder(from)) throw unreadable(folder, 'it has no objects');
  let count = 0;
  const link = (below: string, name: string) => {
    count += 1;
    if (count > mostObjectFiles) throw unreadable(folder, 'it has too many files of objects');
    symlinkSync(resolve(from, below, name), join(into, below, name));
  };
  for (const below of readdirSync(from)) {
    const fits = below === 'pack' ? packName : /^[0-9a-f]{2}$/.test(below) ? /^[0-9a-f]{38}$/ : undefined;
    if (fits === undefined || !isFolder(join(from, below))) continue;
    mkdirSync(join(into, below), { recursive: true });
    for (const entry of readdirSync(join(from, below), { withFileTypes: true }))
      if (entry.isFile() && fits.test(entry.name)) link(below, entry.name);
    await breathe();
  }
}

/** The reason why something may be missing that was looked for in a folder. */
export function explainMissing(folder: string): string | undefined {
  const place = gitFolder(folder);
  if (place === undefined || statOf(join(place, 'objects/info/alternates')) === undefined) return undefined;
  return 'it borrows objects from another repository, which is not read: name a clone that has its own (git repack -a -d)';
}
