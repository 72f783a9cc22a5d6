/** The program's own files, and what each of them names. Paths are relative to `src/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './lab.ts';

const src = join(root, 'src');

export const files: readonly string[] = sourceFiles(src);

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : [relative(src, path)];
  });
}

export function read(file: string): string {
  return readFileSync(join(src, file), 'utf8');
}

function specifiers(file: string): string[] {
  const statements =
    /^(?:import|export|\})[^'\n]*from '([^']+)'|\bimport\(\s*'([^']+)'|\brequire\('([^']+)'\)/gm;
  return [...read(file).matchAll(statements)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

export function localImports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
    .map((specifier) => relative(src, join(src, dirname(file), specifier)));
}

/** Names that a file imports, as they are called where they come from. */
export function importedNames(file: string): string[] {
  const statements = /\bimport (?:type )?\{([^}]*)\} from '/g;
  return [...read(file).matchAll(statements)].flatMap((match) =>
    match[1]!.split(',').map(
      (each) =>
        each
          .trim()
          .replace(/^type /, '')
          .split(' as ')[0]!,
    ),
  );
}

/** Everything of the program that a file names: imports of any kind, workers and programs. */
export function reached(file: string): string[] {
  const started = [...read(file).matchAll(/\bnew URL\('(\.[^']+)\.js', import\.meta\.url\)/g)].map((match) =>
    join(dirname(file), `${match[1]}.ts`),
  );
  return [...localImports(file), ...started];
}

/** Each group of files that all reach one another. */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reach = new Map([...graph.keys()].map((file) => [file, allReached(graph, file)]));
  const circles = new Set<string>();
  for (const [file, others] of reach) {
    if (!others.has(file)) continue;
    const circle = [...others].filter((other) => reach.get(other)?.has(file) === true);
    circles.add(JSON.stringify(circle.sort()));
  }
  return [...circles].map((circle) => JSON.parse(circle) as string[]);
}

function allReached(graph: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [...(graph.get(from) ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const each of graph.get(next) ?? []) pending.push(each);
  }
  return found;
}

export function packageImports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)![1]!);
}
