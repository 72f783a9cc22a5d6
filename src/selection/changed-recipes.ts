/** Which recipes of a git repository are the same in its folder as at a commit: by digest, without a git that reads the folder. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseLocatedYaml } from '../claim/recipe/parse-yaml.ts';
import type { LocatedNode } from '../claim/recipe/yaml-node.ts';
import { Failure } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import { openForeign } from '../inputs/git/foreign-repository.ts';
import { GitError } from '../inputs/git/git-program.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { ownedName, sweepAbandoned } from '../inputs/store/temporary-names.ts';
import type { IsUnchanged } from './changed-since.ts';

/** A file of a commit. */
interface Listed {
  /** Octal: `100644`, `100755`, `120000`. */
  readonly mode: string;
  readonly id: string;
}

/** The folder of steps that recipes share: a change there may change every package. */
const sharedSteps = 'pipelines/';

const mostFileBytes = 64 * 1024 * 1024;
const mostRecipeBytes = 4 * 1024 * 1024;
const mostFiles = 100_000;

/**
 * Packages whose recipe, `ORIGIN.yaml`, and the folder beside it are the same as at a commit. A package is not the same where no recipe has its name,
 * and none is where the shared steps differ.
 * @param folder the folder of the repository
 * @param reference a branch, a tag, a commit, or what git makes one of
 */
export async function recipesSince(folder: string, reference: string, inputs: Inputs): Promise<IsUnchanged> {
  const listed = await listCommit(folder, reference, inputs);
  const paths = [...listed.keys()];
  const same = (prefix: string) => isSameFolder(folder, prefix, listed, paths);
  const stepsAreSame = same(sharedSteps);
  const known = new Map<string, boolean>();
  const elsewhere = stepsAreSame ? changedNames(folder, listed) : 'any';
  const isSame = (origin: string): boolean => {
    if (elsewhere === 'any' || elsewhere.has(origin)) return false;
    const recipes = paths.filter((path) => path === `${origin}.yaml` || path.endsWith(`/${origin}.yaml`));
    return (
      recipes.length > 0 &&
      recipes.every((path) => isSameFile(join(folder, path), listed.get(path)!)) &&
      recipes.every((path) => same(path.replace(/\.yaml$/, '/')))
    );
  };
  return async (_subject, { origin }) => {
    const answer = known.get(origin) ?? (stepsAreSame && isSame(origin));
    known.set(origin, answer);
    return answer;
  };
}

/**
 * The names of packages in recipes that are not the same as at the commit, whatever their files are called: melange does not ask that a file has the name of
 * its package. `any` where a recipe cannot be read, or where there are more files than anybody has.
 */
function changedNames(folder: string, listed: ReadonlyMap<string, Listed>): ReadonlySet<string> | 'any' {
  const names = new Set<string>();
  for (const path of filesBelow(folder, '') ?? ['']) {
    if (path === '') return 'any';
    const then = listed.get(path);
    if (!/\.ya?ml$/.test(path) || (then !== undefined && isSameFile(join(folder, path), then))) continue;
    const found = namesIn(join(folder, path));
    if (found === 'any') return found;
    if (found !== undefined) names.add(found);
  }
  return names;
}

/** The name of the package of a recipe; undefined for other YAML. */
function namesIn(path: string): string | 'any' | undefined {
  const bytes = lstatSync(path).size > mostRecipeBytes ? undefined : readFileSync(path);
  if (bytes === undefined) return 'any';
  const top = parseLocatedYaml(bytes);
  // What melange could still read, such as an anchor, may name any package.
  if (top.kind === 'fault') return /package/.test(bytes.toString('latin1')) ? 'any' : undefined;
  const name = memberOf(memberOf(top, 'package'), 'name');
  if (name === undefined) return undefined;
  return name.kind === 'scalar' && !name.text.includes('${{') ? name.text : 'any';
}

function memberOf(node: LocatedNode | undefined, key: string): LocatedNode | undefined {
  return node?.kind === 'mapping' ? node.entries.find((entry) => entry.key === key)?.value : undefined;
}

/** The files of a commit by path. */
async function listCommit(
  folder: string,
  reference: string,
  inputs: Inputs,
): Promise<ReadonlyMap<string, Listed>> {
  ownFolder(inputs.recipes);
  sweepAbandoned(inputs.recipes);
  const aside = join(inputs.recipes, ownedName());
  try {
    const foreign = await openForeign(folder, aside);
    if (foreign === undefined) throw new Failure('usage', `there is no git repository in ${folder}`);
    const git = inputs.git();
    const { repository } = foreign;
    const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`];
    const commit = (await git(repository, asked)).trim();
    const text = await git(repository, ['ls-tree', '-r', '-z', commit]);
    return new Map(text.split('\0').filter(Boolean).map(listedFile));
  } catch (failure) {
    if (!(failure instanceof GitError)) throw failure;
    throw new Failure('usage', `the git repository of ${folder} has no commit ${reference}`, {
      hint: 'fetch it first; in a workflow, check out with fetch-depth: 0',
    });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A line of `git ls-tree -z`: `<mode> <type> <id>\t<path>`. */
function listedFile(line: string): [string, Listed] {
  const tab = line.indexOf('\t');
  const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
  return [Buffer.from(line.slice(tab + 1), 'latin1').toString('utf8'), { mode, id }];
}

/** Whether a folder has the same files as the commit, and no others. */
function isSameFolder(
  root: string,
  prefix: string,
  listed: ReadonlyMap<string, Listed>,
  paths: readonly string[],
): boolean {
  const expected = paths.filter((path) => path.startsWith(prefix));
  const found = filesBelow(root, prefix);
  if (found === undefined || found.length !== expected.length) return false;
  return expected.every((path) => isSameFile(join(root, path), listed.get(path)!));
}

/** The files below a folder, none where there is no folder; undefined for more than anybody has, or what cannot be read. */
function filesBelow(root: string, prefix: string): readonly string[] | undefined {
  const found: string[] = [];
  const pending =
    lstatSync(join(root, prefix), { throwIfNoEntry: false })?.isDirectory() === true ? [prefix] : [];
  try {
    for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
      for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
        if (below === '' && entry.name === '.git') continue;
        if (entry.isDirectory()) pending.push(`${below}${entry.name}/`);
        else found.push(`${below}${entry.name}`);
        if (found.length + pending.length > mostFiles) return undefined;
      }
    }
    return found;
  } catch {
    return undefined;
  }
}

/** Whether a file has the mode and the digest of a blob (gitformat-pack(5), object ids). */
function isSameFile(path: string, { mode, id }: Listed): boolean {
  try {
    const stat = lstatSync(path);
    if (stat.size > mostFileBytes) return false;
    const isLink = mode === '120000';
    if (isLink !== stat.isSymbolicLink() || (!isLink && !stat.isFile())) return false;
    if (!isLink && (mode === '100755') !== ((stat.mode & 0o100) !== 0)) return false;
    const content = isLink ? readlinkSync(path, { encoding: 'buffer' }) : readFileSync(path);
    return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex') === id;
  } catch {
    return false;
  }
}
