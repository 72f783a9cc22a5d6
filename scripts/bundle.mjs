/**
 * Bundles the command line into dist/bin, from the same sources that `tsc` compiles for the library: one file to load instead of
 * hundreds, which is most of what a short call takes (docs/decisions/0022-bundled-command-line.md).
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { loadLate } from './late-loading.mjs';
import { root } from './setup.mjs';

const source = join(root, 'src');
/** Another folder may be named, to compare two. */
const folder = process.argv[2] ?? join(root, 'dist/bin');
/** Programs that are loaded by their file names: the command line, and what runs in threads. */
const entries = {
  'wolfi-repro': 'cli/main.ts',
  'compare-worker': 'compare/compare-worker.ts',
  'pgzip-worker': 'emit/deflate/pgzip-worker.ts',
  'lease-thread': 'sweep/worker/lease-thread.ts',
};

/**
 * Where a file of the sources is found from a chunk: another entry beside it, anything else where `tsc` put it.
 * @param {string} path
 */
function placeOf(path) {
  const [name] = Object.entries(entries).find(([, entry]) => join(source, entry) === path) ?? [];
  const compiled = relative(source, path).split(sep).join('/').replace(/\.ts$/, '.js');
  return name === undefined ? `../${compiled}` : `./${name}.js`;
}

/**
 * A file of ours names other files from its own place, which is not that of its chunk; and what it loads when first needed through
 * `createRequire` is loaded from the chunk.
 * @type {import('rolldown').Plugin}
 */
const ownPlaces = {
  name: 'own-places',
  transform: {
    filter: { code: 'import.meta.url' },
    handler(code, id) {
      if (!id.startsWith(source + sep)) return null;
      return code
        .replace('const require = createRequire(import.meta.url);', '')
        .replace(/new URL\('(\.[^']+)', import\.meta\.url\)/g, (_whole, name) => {
          const place = placeOf(join(dirname(id), name.replace(/\.js$/, '.ts')));
          return `require('node:url').pathToFileURL(require('node:path').join(__dirname, '${place}'))`;
        });
    },
  },
};

/**
 * The client of PostgreSQL would use a library in C where somebody installed one beside it; nothing lies beside a bundle.
 * @type {import('rolldown').Plugin}
 */
const withoutNative = {
  name: 'without-native',
  resolveId: { filter: { id: /^pg-native$/ }, handler: () => '\0pg-native' },
  load: {
    filter: { id: /^\0pg-native$/ },
    handler: () =>
      "throw Object.assign(new Error('pg-native is not bundled'), { code: 'MODULE_NOT_FOUND' });",
  },
};

/**
 * `yaml` as its makers build it for browsers: the same code as ES modules, which lie side by side in a chunk of their own. Of CommonJS modules each is a
 * function around all that it has, and V8 reads it twice.
 * @type {import('rolldown').Plugin}
 */
const yamlAsModules = {
  name: 'yaml-as-modules',
  resolveId: {
    filter: { id: /^yaml$/ },
    handler: () => join(root, 'node_modules/yaml/browser/index.js'),
  },
  transform: {
    filter: { id: /\/parse-yaml\.ts$/ },
    handler: (code) =>
      `import * as packageYaml from 'yaml';\n${code.replaceAll("require('yaml')", 'packageYaml')}`,
  },
};

/**
 * Commander loads what starts programs at once, for commands that are programs of their own. We have none.
 * @type {import('rolldown').Plugin}
 */
const commanderWithoutPrograms = {
  name: 'commander-without-programs',
  transform: {
    filter: { id: /\/commander\/lib\/command\.js$/ },
    handler: (code) =>
      replacedOnce(code, "const childProcess = require('node:child_process');", '').replaceAll(
        'childProcess.spawn',
        "require('node:child_process').spawn",
      ),
  },
};

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 */
function replacedOnce(text, from, to) {
  const pieces = text.split(from);
  if (pieces.length !== 2) throw new Error(`expected once: ${from}`);
  return pieces.join(to);
}

/**
 * What others wrote and the chunks hold: name, version and licence of each package, with the text of the licence.
 * @param {readonly import('rolldown').OutputChunk[]} chunks
 */
function thirdParties(chunks) {
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []));
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
      const text = file === undefined ? '' : `\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
      return `${name} ${version} (${license})\n${text}`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}

const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(source, path)])),
  platform: 'node',
  tsconfig: join(root, 'tsconfig.json'),
  plugins: [ownPlaces, withoutNative, yamlAsModules, commanderWithoutPrograms],
});
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The package is of ES modules; CommonJS starts faster, since what Node itself loads late stays unloaded.
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
const { output } = await bundle.generate({
  format: 'cjs',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[name].js',
  // Each call reads them; they stay in what `tsc` writes.
  comments: { legal: true, annotation: false, jsdoc: false },
  // What is used by few calls of what imports it.
  codeSplitting: {
    groups: ['chalk', 'yaml'].map((name) => ({ name, test: new RegExp(`/node_modules/${name}/`) })),
  },
});
await bundle.close();
const chunks = output.filter((each) => each.type === 'chunk');
for (const { fileName, code } of chunks) writeFileSync(join(folder, fileName), loadLate(code));
writeFileSync(join(folder, 'THIRD-PARTY'), thirdParties(chunks));
