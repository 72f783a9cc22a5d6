import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './support/lab.ts';

/** docs/architecture.md: a file may import from its own row and the rows above it. */
const rows: readonly (readonly string[])[] = [
  [
    'failure.ts',
    'address.ts',
    'bytes.ts',
    'byte-source.ts',
    'canonical.ts',
    'lists.ts',
    'busy.ts',
    'names.ts',
    'digest.ts',
    'witnessed-digest.ts',
    'process.ts',
    'program-input.ts',
    'concurrency.ts',
    'owner.ts',
    'folders.ts',
  ],
  ['formats'],
  ['apk'],
  ['repository'],
  ['melange'],
  ['claim'],
  ['plan'],
  ['inputs'],
  ['execute'],
  ['emit'],
  ['engine'],
  ['compare'],
  ['inference'],
  ['explain'],
  ['verdict'],
  ['flow'],
  [
    'verify.ts',
    'lock.ts',
    'bundle',
    'inspect.ts',
    'rebuild.ts',
    'index-folder.ts',
    'diff.ts',
    'doctor.ts',
    'cache.ts',
  ],
  ['report'],
  ['index.ts', 'cli'],
];

/** What a room may import besides itself and the ground: the invariants and the third column of the document. */
const boundaries: readonly { readonly room: string; readonly takes: readonly string[] }[] = [
  { room: 'formats/', takes: [] },
  { room: 'apk/', takes: ['formats/'] },
  { room: 'repository/', takes: ['formats/', 'apk/'] },
  { room: 'melange/', takes: [] },
  { room: 'inputs/store/', takes: ['apk/', 'repository/'] },
  { room: 'inputs/network/', takes: ['inputs/store/'] },
  { room: 'inputs/git/', takes: ['inputs/store/', 'inputs/network/', 'plan/sources.ts'] },
  { room: 'inputs/oci/', takes: ['apk/', 'formats/'] },
  { room: 'inputs/', takes: ['apk/', 'repository/', 'plan/sources.ts', 'plan/environment.ts'] },
  {
    room: 'execute/',
    takes: [
      'formats/',
      'apk/',
      'repository/installed.ts',
      'melange/',
      'claim/recipe/',
      'plan/steps.ts',
      'plan/network.ts',
      'inputs/sources.ts',
      'inputs/oci/',
    ],
  },
  {
    room: 'emit/',
    takes: [
      'formats/',
      'apk/',
      'melange/',
      'claim/recipe/',
      'claim/sbom/',
      'claim/traits/',
      'plan/plan.ts',
      'execute/tree.ts',
    ],
  },
  {
    room: 'compare/',
    takes: ['formats/', 'apk/', 'claim/sbom/', 'claim/recipe/yaml.ts', 'claim/recipe/node.ts'],
  },
  {
    room: 'inference/',
    takes: ['formats/', 'apk/', 'melange/', 'claim/', 'emit/', 'compare/', 'execute/tree.ts'],
  },
  {
    room: 'explain/',
    takes: [
      'formats/',
      'apk/',
      'melange/',
      'plan/plan.ts',
      'execute/facts.ts',
      'execute/tree.ts',
      'emit/',
      'compare/',
    ],
  },
];

/** Names through which published bytes are reached, and who must not know them. */
const published: readonly {
  readonly names: readonly string[];
  readonly unknownTo: RegExp;
  readonly butFor?: RegExp;
}[] = [
  // The packages of the environment are no secret: a guest is made of them.
  {
    names: ['Apk', 'ApkEntry', 'Section', 'readApk', 'controlFile', 'ReadOptions', 'readFront', 'Front'],
    unknownTo: /^(emit|execute)\//,
    butFor: /^execute\/rootfs\//,
  },
  {
    names: ['Claim', 'readClaim', 'readPublished'],
    unknownTo: /^(emit|execute|compare|explain)\//,
  },
  { names: ['fileSource'], unknownTo: /^(emit|execute|compare|inference|explain)\// },
];

/** Third-party packages and the only file that may import each. */
const gateways: Readonly<Record<string, string>> = {
  yaml: 'claim/recipe/yaml.ts',
  '@noble/hashes': 'witnessed-digest.ts',
  execa: 'process.ts',
  commander: 'cli/commander.ts',
  chalk: 'cli/output.ts',
  undici: 'inputs/network/http.ts',
  diff: 'compare/comparators/alignment.ts',
  'tar-stream': 'formats/tar-archive.ts',
  fzstd: 'formats/zstd.ts',
  'xz-decompress': 'formats/xz.ts',
};

/** Files that are programs of their own, started by others. */
const programs = ['engine/melange/runner.ts', 'engine/melange/bwrap.ts'];

const src = join(root, 'src');
const files = sourceFiles(src);

describe('the architecture', () => {
  it('has every file in a row of the document', () => {
    assert.deepEqual(
      files.filter((file) => rowOf(file) < 0),
      [],
    );
  });

  it('lets imports point only up the list of folders', () => {
    const offending = files.flatMap((file) =>
      localImports(file)
        .filter((target) => rowOf(target) > rowOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(offending, []);
  });

  for (const { room, takes } of boundaries) {
    it(`lets ${room} import ${['the ground', ...takes].join(', ')} and nothing else`, () => {
      const inner = boundaries.filter((other) => other.room !== room && other.room.startsWith(room));
      const isInner = (file: string) => inner.some((other) => file.startsWith(other.room));
      const isAllowed = (target: string) =>
        rowOf(target) === 0 ||
        [room, ...takes].some(
          (place) => target === place || (place.endsWith('/') && target.startsWith(place)),
        );
      const offending = files
        .filter((file) => file.startsWith(room) && !isInner(file))
        .flatMap((file) =>
          localImports(file)
            .filter((target) => !isAllowed(target))
            .map((target) => `${file} imports ${target}`),
        );
      assert.deepEqual(offending, []);
    });
  }

  it('keeps what reaches published bytes from those who must not know them', () => {
    const offending = published.flatMap(({ names, unknownTo, butFor }) =>
      files
        .filter((file) => unknownTo.test(file) && butFor?.test(file) !== true)
        .flatMap((file) =>
          importedNames(file)
            .filter((name) => names.includes(name))
            .map((name) => `${file} imports ${name}`),
        ),
    );
    assert.deepEqual(offending, []);
    const declared = files.map(read).join('\n');
    const gone = published
      .flatMap(({ names }) => names)
      .filter(
        (name) =>
          !new RegExp(`\\bexport (?:async )?(?:interface|type|function|class) ${name}\\b`).test(declared),
      );
    assert.deepEqual(gone, [], 'names that are nowhere declared forbid nothing');
  });

  it('lets each third-party package be imported by its gateway alone', () => {
    const offending = files.flatMap((file) =>
      packageImports(file)
        .filter((name) => gateways[name] !== file)
        .map((name) => `${file} imports ${name}`),
    );
    assert.deepEqual(offending, []);
  });

  it('lets proofs and vouchers be made only where somebody looked', () => {
    const makers = { EqualFiles: 'compare/bytes.ts', Voucher: 'plan/voucher.ts' };
    const offending = Object.entries(makers).flatMap(([type, maker]) =>
      files.filter((file) => file !== maker && new RegExp(`\\bas ${type}\\b`).test(read(file))),
    );
    assert.deepEqual(offending, []);
  });

  it('keeps the command line out of the library: nothing there writes to the console or ends the process', () => {
    const offending = files.filter(
      (file) =>
        !file.startsWith('cli/') &&
        !programs.includes(file) &&
        /\bconsole\.|process\.(exit|stdout|stderr|argv)\b/.test(read(file)),
    );
    assert.deepEqual(offending, []);
  });

  it('starts git in one place, and speaks of it in no other but where a machine is looked at', () => {
    const starting = files.filter((file) => /(?:find|require)Program\('git|'git',\s*\[/.test(read(file)));
    assert.deepEqual(starting, ['inputs/git/git-program.ts']);
  });

  it('reveals an address to requests alone', () => {
    const revealing = files.filter((file) => /\.reveal\(\)/.test(read(file)));
    assert.deepEqual(revealing, ['inputs/network/named-addresses.ts']);
  });

  it('makes a repository of this program’s own where it writes one, and nowhere else', () => {
    const claiming = files.filter((file) => /as OwnRepository\b/.test(read(file)));
    assert.deepEqual(claiming, ['inputs/git/own-repository.ts']);
  });

  it('lets nothing but builds, inputs, engines and the command line start programs or reach the network', () => {
    const allowed = /^(process\.ts|execute\/|inputs\/|engine\/|cli\/|doctor\.ts)/;
    const offending = files.filter(
      (file) =>
        !allowed.test(file) &&
        /from '(node:child_process|node:http|node:https|node:net)'|process\.ts'|\bfetch\(/.test(read(file)),
    );
    assert.deepEqual(offending, []);
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : [relative(src, path)];
  });
}

function rowOf(file: string): number {
  return rows.findIndex((names) => names.some((name) => file === name || file.startsWith(`${name}/`)));
}

function read(file: string): string {
  return readFileSync(join(src, file), 'utf8');
}

function specifiers(file: string): string[] {
  const statements =
    /^(?:import|export|\})[^'\n]*from '([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm;
  return [...read(file).matchAll(statements)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function localImports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
    .map((specifier) => relative(src, join(src, dirname(file), specifier)));
}

/** Names that a file imports, as they are called where they come from. */
function importedNames(file: string): string[] {
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

function packageImports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)![1]!);
}
