/** Paths that a package may have had when its SBOM was made: what its recipe names, and relatives of what it has. */

const bounds = { words: 4000, folders: 100, names: 1500, length: 255 };

/** Folders that packages usually have. */
const usualFolders: readonly string[] = [
  '',
  'etc',
  'usr',
  'usr/bin',
  'usr/lib',
  'usr/sbin',
  'usr/share',
  'usr/include',
  'usr/libexec',
  'usr/lib/pkgconfig',
  'usr/share/licenses',
  'usr/share/man/man1',
  'var',
  'var/lib',
  'var/lib/db',
];

/** Endings that files with the same stem in one folder have. */
const endings: readonly string[] = [
  ...[
    '',
    '.a',
    '.la',
    '.so',
    '.h',
    '.hpp',
    '.pc',
    '.cmake',
    '.conf',
    '.sh',
    '.py',
    '.pyc',
    '.pl',
    '.pm',
    '.rb',
  ],
  ...[
    '.js',
    '.json',
    '.yaml',
    '.yml',
    '.toml',
    '.txt',
    '.md',
    '.html',
    '.xml',
    '.service',
    '.mo',
    '.gz',
    '.xz',
  ],
  ...['.1', '.3', '.5', '.8', '.1.gz', '.3.gz', '.5.gz', '.8.gz', '-config', '.bak', '.orig'],
];

/**
 * Paths in the order of their likelihood, some of them more than once. At most 4,000 words of the recipe, 100 folders and 1,500 names are
 * used. @param recipe its text; attacker-controlled
 */
export function* guessPaths(paths: readonly string[], recipe: string): Generator<string> {
  const words = recipeWords(recipe);
  const named = [...new Set(words.flatMap(endsOf))];
  yield* ['var/lib/db/sbom', ...usualFolders].filter((path) => path !== '');
  yield* named.filter((path) => path.includes('/'));
  const folders = foldersOf(paths);
  const own = paths.map(nameOf);
  const names = new Set([...own, ...words.map(nameOf), ...stems([...own, ...words.map(nameOf)])]);
  const list = [...names]
    .filter((name) => name !== '' && name !== '.' && name !== '..')
    .slice(0, bounds.names);
  for (const folder of folders) for (const name of list) yield folder === '' ? name : `${folder}/${name}`;
}

function recipeWords(recipe: string): string[] {
  const words = recipe.match(/[A-Za-z0-9_.+@%,=~/-]+/g) ?? [];
  const plain = words.map(stripped);
  return [...new Set(plain)]
    .filter(({ length }) => length > 0 && length <= bounds.length)
    .slice(0, bounds.words);
}

/** A word without the characters that surround paths. */
function stripped(word: string): string {
  let [start, end] = [0, word.length];
  while (start < end && './'.includes(word[start]!)) start += 1;
  while (start < end && '/.,='.includes(word[end - 1]!)) end -= 1;
  return word.slice(start, end);
}

/** `a/b/c`, `b/c` and `c`. */
function endsOf(word: string): string[] {
  const parts = word.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.map((_, at) => parts.slice(at).join('/'));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders of the package, then the usual ones. */
function foldersOf(paths: readonly string[]): string[] {
  const own = paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  return [
    ...new Set([...own, ...paths.filter((path) => !nameOf(path).includes('.')), ...usualFolders]),
  ].slice(0, bounds.folders);
}

/** Names without their endings, with each usual one. */
function stems(names: readonly string[]): string[] {
  const bare = new Set(
    names.flatMap((name) => [/^\.?[^.]+/.exec(name)?.[0] ?? name, name.replace(/\.[^.]*$/, '')]),
  );
  return [...bare].flatMap((stem) => endings.map((ending) => stem + ending));
}
