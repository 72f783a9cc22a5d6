import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  circlesIn,
  files,
  importedNames,
  localImports,
  packageImports,
  reached,
  read,
} from './support/imports.ts';
import { root } from './support/lab.ts';

/** docs/architecture.md: a file may import from its own row and the rows above it. */
const rows: readonly (readonly string[])[] = [
  [
    'failure.ts',
    'home.ts',
    'program-version.ts',
    'address.ts',
    'bytes.ts',
    'byte-source.ts',
    'canonical.ts',
    'lists.ts',
    'busy.ts',
    'held-disk.ts',
    'names.ts',
    'digest.ts',
    'witnessed-digest.ts',
    'output-tail.ts',
    'callback-guard.ts',
    'inheritable-descriptors.ts',
    'process.ts',
    'program-input.ts',
    'concurrency.ts',
    'process-marks.ts',
    'near-names.ts',
    'named-path.ts',
    'folders.ts',
  ],
  ['formats'],
  ['transcript'],
  ['apk'],
  ['repository'],
  ['melange'],
  ['claim'],
  ['pins'],
  ['registries'],
  ['plan'],
  ['inputs'],
  ['gateway'],
  ['execute'],
  ['emit'],
  ['engine'],
  ['compare'],
  ['inference'],
  ['explain'],
  ['verdict'],
  ['attest'],
  ['policy'],
  ['flow'],
  ['selection'],
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
    'attest.ts',
    'verify-attestation.ts',
    'gate-index.ts',
  ],
  ['report'],
  ['sweep'],
  ['status'],
  ['dataset'],
  ['config'],
  ['library'],
  ['index.ts', 'cli'],
];

/** What a room may import besides itself and the ground: the invariants and the third column of the document. */
const boundaries: readonly { readonly room: string; readonly takes: readonly string[] }[] = [
  { room: 'formats/', takes: [] },
  { room: 'transcript/', takes: ['formats/'] },
  { room: 'apk/', takes: ['formats/'] },
  { room: 'repository/', takes: ['formats/', 'apk/'] },
  { room: 'melange/', takes: [] },
  {
    room: 'pins/',
    takes: ['formats/', 'transcript/', 'claim/recipe/parse-yaml.ts', 'claim/recipe/yaml-node.ts'],
  },
  { room: 'registries/', takes: ['formats/', 'pins/pin.ts', 'pins/python-files.ts', 'pins/shapes/'] },
  { room: 'inputs/store/', takes: ['apk/', 'repository/'] },
  { room: 'inputs/network/', takes: ['inputs/store/'] },
  { room: 'inputs/git/', takes: ['inputs/store/', 'inputs/network/', 'plan/requested-sources.ts'] },
  { room: 'inputs/oci/', takes: ['apk/', 'formats/'] },
  {
    room: 'inputs/',
    takes: [
      'apk/',
      'repository/',
      'plan/requested-sources.ts',
      'plan/environment.ts',
      'plan/environment-place.ts',
    ],
  },
  {
    room: 'gateway/',
    takes: ['registries/', 'transcript/', 'inputs/inputs.ts', 'inputs/network/', 'inputs/store/'],
  },
  {
    room: 'execute/',
    takes: [
      'formats/',
      'apk/',
      'repository/installed.ts',
      'melange/',
      'claim/recipe/',
      'plan/planned-steps.ts',
      'plan/fetching-steps.ts',
      'inputs/found-sources.ts',
      'inputs/oci/',
      'gateway/guest-network.ts',
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
    takes: ['formats/', 'apk/', 'claim/sbom/', 'claim/recipe/parse-yaml.ts', 'claim/recipe/yaml-node.ts'],
  },
  {
    room: 'config/',
    takes: ['claim/recipe/parse-yaml.ts', 'claim/recipe/yaml-node.ts', 'inputs/store/files.ts'],
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
  {
    room: 'policy/',
    takes: [
      'formats/bounded-json.ts',
      'repository/package-version.ts',
      'claim/recipe/parse-yaml.ts',
      'claim/recipe/yaml-node.ts',
      'compare/',
      'verdict/',
    ],
  },
  {
    room: 'status/',
    takes: [
      'repository/package-version.ts',
      'plan/requested-sources.ts',
      'compare/cause.ts',
      'compare/comparators/alignment.ts',
      'verdict/',
      'report/',
      'sweep/',
    ],
  },
  {
    room: 'dataset/',
    takes: [
      'plan/requested-sources.ts',
      'verdict/stated.ts',
      'report/json-report.ts',
      'sweep/',
      'status/stored-plans.ts',
    ],
  },
  { room: 'attest/keys/', takes: ['formats/'] },
  { room: 'attest/signers/', takes: ['attest/keys/'] },
  { room: 'attest/envelopes/', takes: ['formats/', 'attest/keys/'] },
  {
    room: 'attest/statements/',
    takes: ['formats/', 'attest/keys/', 'plan/', 'compare/', 'verdict/'],
  },
  {
    room: 'attest/trust/',
    takes: [
      'claim/recipe/parse-yaml.ts',
      'claim/recipe/yaml-node.ts',
      'attest/keys/',
      'attest/envelopes/signed-document.ts',
      'attest/statements/observation.ts',
    ],
  },
  {
    room: 'attest/decision/',
    takes: [
      'attest/envelopes/signed-document.ts',
      'attest/statements/observation.ts',
      'attest/trust/trusted-keys.ts',
      'verdict/verdict.ts',
    ],
  },
];

/** Names through which published bytes are reached, and who must not know them. */
const published: readonly {
  readonly names: readonly string[];
  readonly unknownTo: RegExp;
  readonly butFor?: RegExp;
}[] = [
  // The packages of the environment are not secret: a guest is made of them.
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
  yaml: 'claim/recipe/parse-yaml.ts',
  '@noble/hashes': 'witnessed-digest.ts',
  execa: 'process.ts',
  commander: 'cli/commander.ts',
  chalk: 'cli/output.ts',
  'node-forge': 'gateway/authority.ts',
  undici: 'inputs/network/http.ts',
  diff: 'compare/comparators/alignment.ts',
  'tar-stream': 'formats/tar-archive.ts',
  fzstd: 'formats/zstd.ts',
  'xz-decompress': 'formats/xz.ts',
  'smol-toml': 'formats/toml.ts',
  saxes: 'formats/xml.ts',
  'd3-scale': 'status/plots/plot-scales.ts',
  'd3-shape': 'status/plots/plot-shapes.ts',
  'hyparquet-writer': 'dataset/parquet.ts',
  pg: 'sweep/database/postgres.ts',
};

/** Files that are separate programs, started by others. */
const programs = ['engine/melange/runner.ts', 'engine/melange/bwrap.ts', 'execute/sandbox/listen-program.ts'];

/** Files of more than 300 lines, and what each is one of. */
const whole: ReadonlyMap<string, string> = new Map([
  ['melange/history.ts', 'one table: each row is a change of melange'],
]);

/** Files that read a text by such a name which somebody else wrote. */
const readTexts: ReadonlyMap<string, string> = new Map([
  ['process.ts', 'the message of an error of Node'],
  ['failure.ts', 'the message of an error of Node'],
  ['inputs/git/git-location.ts', 'the place of an address'],
  ['explain/causes/changes.ts', 'the name of a value, which its format gives'],
  ['sweep/database/postgres.ts', 'the message of an error of pg, which has no code'],
]);

describe('the architecture', () => {
  it('has every file in a row of the document', () => {
    assert.deepEqual(
      files.filter((file) => rowOf(file) < 0),
      [],
    );
  });

  it('has a file name once, so that who opens a file by its name is in the right room', () => {
    const names = files.map((file) => basename(file));
    assert.deepEqual(
      files.filter((_, index) => names.indexOf(names[index]!) !== index),
      [],
    );
  });

  it('has no file of more than 300 lines, unless it is one table or one algorithm', () => {
    const long = files.filter((file) => read(file).split('\n').length - 1 > 300);
    assert.deepEqual(
      long.filter((file) => !whole.has(file)),
      [],
      'split it where a reader would look for one part without the other',
    );
    assert.deepEqual([...whole.keys()].sort(), long.sort());
  });

  it('has the rows of the document', () => {
    const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const table = /^\| folder \|.*\n\| ---.*\n((?:\|.*\n)+)/m.exec(document)![1]!;
    const written = table
      .trimEnd()
      .split('\n')
      .map((line) => [...line.split('|')[1]!.matchAll(/`([^`]+?)\/?`/g)].map((match) => match[1]));
    assert.deepEqual(
      written,
      rows.map((row) => row.filter((name) => name !== 'index.ts')),
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

  it('has no circle of imports, neither of types nor of what is loaded later or started', () => {
    assert.deepEqual(circlesIn(new Map(files.map((file) => [file, reached(file)]))), []);
  });

  it('would see a circle, and which files are in it', () => {
    const graph = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b']],
      ['d', ['d', 'e']],
      ['e', []],
    ]);
    assert.deepEqual(circlesIn(graph), [['b', 'c'], ['d']]);
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

  it('keeps what reaches published bytes from rooms that must not know them', () => {
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

  it('has the map of who reads published bytes', () => {
    const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const table = /^\| through \|.*\n\| ---.*\n((?:\|.*\n)+)/m.exec(document)![1]!;
    const named = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    const listed = table.trimEnd().split('\n');
    assert.equal(listed.length, published.length);
    for (const row of listed) {
      const [, through, , users, barred] = row.split('|');
      const { names, unknownTo } = published.find((each) => each.names.includes(named(through!)[0]!))!;
      assert.deepEqual(
        named(through!).filter((name) => !names.includes(name)),
        [],
      );
      const using = files.filter((file) =>
        importedNames(file).some((name) => named(through!).includes(name)),
      );
      assert.deepEqual([...new Set(using.map(roomOf))].sort(), named(users!).sort(), through);
      const rooms = [...new Set(files.map(roomOf))].filter((room) => unknownTo.test(room));
      assert.deepEqual(rooms.sort(), named(barred!).sort(), through);
    }
  });

  it('lets each third-party package be imported by its gateway alone', () => {
    const offending = files.flatMap((file) =>
      packageImports(file)
        .filter((name) => gateways[name] !== file)
        .map((name) => `${file} imports ${name}`),
    );
    assert.deepEqual(offending, []);
  });

  it('reads nothing out of its own texts: what code needs to know is a field', () => {
    const names = 'place|label|message|note|why|detail|title|summary|hint|caveat';
    const asked = 'match|matchAll|replace|search|split|startsWith|endsWith|includes|indexOf|lastIndexOf';
    const reading = new RegExp(
      `\\.(?:exec|test)\\((?:[\\w?.!]+\\.)?(?:${names})\\b|\\b(?:${names})\\b[!?]*\\.(?:${asked})\\(`,
    );
    assert.match('/^text at byte/.exec(part.place)', reading);
    assert.deepEqual(
      files.filter((file) => reading.test(read(file))),
      [...readTexts.keys()].sort((a, b) => files.indexOf(a) - files.indexOf(b)),
    );
  });

  it('lets proofs and vouchers be made only where something was compared or verified', () => {
    const makers = { EqualFiles: 'compare/compare-files.ts', Voucher: 'plan/voucher.ts' };
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

  it('lets tests find the larger lab in one place, where it can be named', () => {
    const looking = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && /['/]shared\/(?:lab|samples)/.test(readTest(file)),
    );
    assert.deepEqual(looking, ['support/lab.ts']);
  });

  it('starts git in one place', () => {
    const starting = files.filter((file) => /(?:find|require)Program\('git|'git',\s*\[/.test(read(file)));
    assert.deepEqual(starting, ['inputs/git/git-program.ts']);
  });

  it('reveals an address only to requests', () => {
    const revealing = files.filter((file) => /\.reveal\(\)/.test(read(file)));
    assert.deepEqual(revealing, ['inputs/network/named-addresses.ts']);
  });

  it('calls a repository its own only where it writes one', () => {
    const claiming = files.filter((file) => /as OwnRepository\b/.test(read(file)));
    assert.deepEqual(claiming, ['inputs/git/own-repository.ts']);
  });

  it('lets nothing but builds, inputs, the gateway, engines, what signs, the judge and the far places of a sweep and the command line start programs or reach the network', () => {
    const allowed =
      /^(process\.ts|sweep\/remote\/|execute\/|inputs\/|gateway\/|engine\/|attest\/signers\/|sweep\/judge\/|cli\/|doctor\.ts)/;
    const offending = files.filter(
      (file) =>
        !allowed.test(file) &&
        /from '(node:child_process|node:http|node:https|node:net)'|process\.ts'|\bfetch\(/.test(read(file)),
    );
    assert.deepEqual(offending, []);
  });
});

function readTest(file: string): string {
  return readFileSync(join(root, 'test', file), 'utf8');
}

/** The first folder of a file, or the file itself where it is in none. */
function roomOf(file: string): string {
  return file.includes('/') ? `${file.split('/')[0]}/` : file;
}

function rowOf(file: string): number {
  return rows.findIndex((names) => names.some((name) => file === name || file.startsWith(`${name}/`)));
}
