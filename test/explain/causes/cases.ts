/** Made-up differences with the causes that must be named; where no cause may be named, it is `unknown`. */
import { gzipSync } from 'node:zlib';
import type { CauseKind } from '../../../src/compare/cause.ts';
import type { Difference } from '../../../src/compare/difference.ts';
import type { Part } from '../../../src/compare/part.ts';
import { sha256 } from '../../../src/digest.ts';
import type { BuildFacts } from '../../../src/execute/facts.ts';
import type { BuildContext } from '../../../src/explain/causes/evidence.ts';
import {
  contentKeys,
  type GivenInputs,
  tellingWords,
  type UnpinnedInputs,
} from '../../../src/explain/causes/given-inputs.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { type ElfSectionPart, elfOf, noteOf } from '../../support/elf-builder.ts';

export interface CauseCase {
  readonly what: string;
  readonly kinds: readonly CauseKind[];
  readonly path?: string;
  readonly published?: string | Uint8Array;
  readonly rebuilt?: string | Uint8Array;
  /** The difference, where it is not one of contents. */
  readonly difference?: Partial<Difference>;
  readonly others?: readonly Difference[];
  readonly steps?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly context?: Partial<BuildContext>;
  /** Parts as comparators make them, where they are not what is made from the contents. */
  readonly parts?: readonly Part[];
}

/** 2026-11-23 06:00:00 to 06:00:05 UTC. */
export const facts: BuildFacts = {
  hostname: 'localhost',
  kernelRelease: '6.18.44-fc-v669',
  cpuCount: 2,
  memoryKib: 24_684_084,
  processorName: 'Example(R) Processor @ 2.90GHz',
  emulation: undefined,
  workspace: '/home/build',
  began: 1_795_413_600,
  ended: 1_795_413_605,
};

/** The same where qemu ran the steps. */
const emulatedFacts: BuildFacts = {
  ...facts,
  emulation: {
    architecture: 'aarch64',
    program: 'qemu-aarch64-static',
    version: '7.2.22',
    sha256: sha256(Buffer.from('qemu')),
    registered: 'in-sandbox',
  },
};

export const clock = 1_718_452_800;

/** The parts of a plan that detectors look at. */
export const plan = {
  builder: { clock, sbomGenerator: 'melange' },
  recipeFiles: [{ path: 'given', mode: 0o644, sha256: '' }],
} as unknown as Plan;

/** Answers by where they come from, as the flow makes them ready. */
function network(answers: {
  readonly given: Readonly<Record<string, string>>;
  readonly instead?: Readonly<Record<string, string>>;
}): UnpinnedInputs {
  const inputs = (all: Readonly<Record<string, string>>): GivenInputs => ({
    contents: new Map(
      Object.entries(all).flatMap(([where, text]) =>
        contentKeys(Buffer.from(text)).map((key) => [key, where] as const),
      ),
    ),
    words: new Map(
      Object.entries(all).flatMap(([where, text]) =>
        [text, where].flatMap((each) => {
          const words = new Set(tellingWords(each));
          return [...words].map((word) => [word, [{ where, words }]] as const);
        }),
      ),
    ),
  });
  const { given, instead = {} } = answers;
  return { given: inputs(given), instead: inputs(instead), builtInstead: () => undefined };
}

function productionPlan(scan: object | null): Plan {
  return { ...plan, builder: { clock, sbomGenerator: 'production', scan } } as unknown as Plan;
}

/** Two SBOMs of which the published one has an element of a scan, with the text of its licence. */
function foundIn(more: object): Pick<CauseCase, 'published' | 'rebuilt'> {
  const apk = { SPDXID: 'SPDXRef-Package-apk-a', name: 'a', sourceInfo: 'from APK DB: /.PKGINFO' };
  const found = {
    SPDXID: 'SPDXRef-Package-gem-b',
    name: 'b',
    sourceInfo: 'from: /usr/b.gemspec',
    licenseDeclared: 'LicenseRef-Own',
  };
  const contains = {
    spdxElementId: 'SPDXRef-a',
    relatedSpdxElement: found.SPDXID,
    relationshipType: 'CONTAINS',
  };
  const head = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'good' };
  return {
    published: spdx({
      ...head,
      ...more,
      packages: [apk, found],
      hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-Own', extractedText: 'NOASSERTION' }],
      relationships: [contains],
    }),
    rebuilt: spdx({ ...head, packages: [apk], relationships: [] }),
  };
}

/** Code without and with vector instructions of AVX: `addps` and `movdqa`, `vzeroupper` and `vaddps`. */
const plain = Buffer.from('0f28c10f58c10f2807660f6f07660f7f06c3'.repeat(4), 'hex');
const vector = Buffer.from('c5f877c5fc28c1c4e27d58c0c5fd6f07c5fd7f06c3'.repeat(4), 'hex');

function code(bytes: Uint8Array): ElfSectionPart {
  return { name: '.text', type: 1, flags: 6, bytes };
}

function buildId(byte: string): ElfSectionPart {
  return {
    name: '.note.gnu.build-id',
    type: 7,
    bytes: noteOf('GNU', 3, Buffer.from(byte.repeat(20), 'hex')),
  };
}

const now = facts.began + 2;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A binary without strings of its own, around bytes. */
function binary(...middle: readonly (string | Uint8Array)[]): Buffer {
  const filler = Buffer.from(Array.from({ length: 64 }, (_, at) => (at * 37 + 128) & 0xff));
  return Buffer.concat([filler, ...middle.map((each) => Buffer.from(each as string)), filler]);
}

function pyc(mtime: number): Buffer {
  return Buffer.concat([
    Buffer.from('a70d0d0a00000000', 'hex'),
    uint32(mtime),
    uint32(22),
    Buffer.from([0x4e]),
  ]);
}

function ar(mtime: number, uid = 0): Buffer {
  const field = (value: string | number, width: number) => String(value).padEnd(width);
  const header = `${field('one.o/', 16)}${field(mtime, 12)}${field(uid, 6)}${field(0, 6)}${field(100644, 8)}${field(4, 10)}\`\n`;
  return Buffer.from(`!<arch>\n${header}abcd`);
}

function gzipped(content: string, mtime: number): Buffer {
  const bytes = gzipSync(content);
  bytes.writeUInt32LE(mtime, 4);
  return bytes;
}

const spdx = (members: object, indentation = 2) => `${JSON.stringify(members, undefined, indentation)}\n`;
const sbomPath = 'var/lib/db/sbom/name-1.0-r0.spdx.json';
const mode = (path: string, published: string, rebuilt: string): Difference => ({
  modes: { published: Number.parseInt(published, 8), rebuilt: Number.parseInt(rebuilt, 8) },
  section: 'data',
  kind: 'mode',
  path,
  published,
  rebuilt,
});
const lines = (...values: readonly string[]) => `${values.join('\n')}\n`;

export const cases: readonly CauseCase[] = [
  // Times.
  {
    what: 'a date and time in a text',
    kinds: ['timestamp'],
    published: 'built 2025-01-02 03:04:05\n',
    rebuilt: 'built 2026-11-23 06:00:02\n',
  },
  {
    what: 'seconds since 1970 in a text',
    kinds: ['timestamp'],
    published: 'stamp=1700000000\n',
    rebuilt: `stamp=${now}\n`,
  },
  {
    what: 'milliseconds since 1970',
    kinds: ['timestamp'],
    published: 'stamp: 1700000000123\n',
    rebuilt: `stamp: ${now}456\n`,
  },
  {
    what: 'what __DATE__ and __TIME__ give',
    kinds: ['timestamp'],
    published: binary('built Nov  2 2025 06:29:51\0'),
    rebuilt: binary('built Nov 23 2026 06:00:03\0'),
  },
  {
    what: 'the date alone',
    kinds: ['timestamp'],
    published: 'on 23 Oct 2026\n',
    rebuilt: 'on 23 Nov 2026\n',
  },
  { what: 'a time of day alone', kinds: ['timestamp'], published: 'at 05:00:02\n', rebuilt: 'at 06:00:02\n' },
  {
    what: 'the clock that the build was given',
    kinds: ['timestamp'],
    published: 'built 2024-07-01T00:00:00Z\n',
    rebuilt: 'built 2024-06-15T12:00:00Z\n',
  },
  {
    what: 'four bytes of seconds',
    kinds: ['timestamp'],
    published: binary(uint32(1_700_000_000)),
    rebuilt: binary(uint32(now)),
  },
  {
    what: 'byte code with the time of its source',
    kinds: ['timestamp'],
    path: 'usr/lib/m.cpython-311.pyc',
    published: pyc(1_700_000_000),
    rebuilt: pyc(now),
  },
  {
    what: 'a time of modification of an entry',
    kinds: ['timestamp'],
    difference: { kind: 'mtime', published: '1718452801', rebuilt: String(clock) },
  },
  {
    what: 'two times that nobody built here',
    kinds: ['timestamp'],
    published: 'built 2025-01-02 03:04:05\n',
    rebuilt: 'built 2025-02-02 03:04:05\n',
    context: { facts: undefined, plan: undefined },
  },
  {
    what: 'a date that is none of our build',
    kinds: ['unknown'],
    published: 'expires 2031-01-01\n',
    rebuilt: 'expires 2030-01-01\n',
  },
  {
    what: 'a time beside something else',
    kinds: ['unknown'],
    published: 'at,06:29:51/evil\n',
    rebuilt: 'at,06:00:02/good\n',
  },
  {
    what: 'a version that looks like a date',
    kinds: ['unknown'],
    published: 'release 2026.11.22\n',
    rebuilt: 'release 2026.11.23\n',
  },
  {
    what: 'a number of ten digits',
    kinds: ['unknown'],
    published: 'id 1234567890\n',
    rebuilt: 'id 1987654321\n',
  },
  {
    what: 'a time, and another change',
    kinds: ['timestamp', 'unknown'],
    published: lines('built 2025-01-02 03:04:05', 'url https://evil.example'),
    rebuilt: lines('built 2026-11-23 06:00:02', 'url https://good.example'),
  },
  {
    what: 'a time in a binary, and other bytes',
    kinds: ['timestamp', 'unknown'],
    published: binary('built 2025-01-02 03:04:05\0', Buffer.from([1, 0xff])),
    rebuilt: binary('built 2026-11-23 06:00:02\0', Buffer.from([1, 0xfe])),
  },
  // The machine.
  {
    what: 'a host name',
    kinds: ['hostname'],
    published: 'host builder-7.lab.example\n',
    rebuilt: 'host localhost\n',
  },
  {
    what: 'user and host',
    kinds: ['hostname'],
    published: '(root@builder7) done\n',
    rebuilt: '(root@localhost) done\n',
  },
  {
    what: 'a number in the place of a host',
    kinds: ['unknown'],
    published: 'host 10.0.0.1\n',
    rebuilt: 'host localhost\n',
  },
  {
    what: 'a kernel',
    kinds: ['kernel'],
    published: 'Linux 5.15.0-91-generic x\n',
    rebuilt: 'Linux 6.18.44-fc-v669 x\n',
  },
  {
    what: 'host and kernel',
    kinds: ['hostname', 'kernel'],
    published: 'host b7 kernel 6.1.0\n',
    rebuilt: 'host localhost kernel 6.18.44-fc-v669\n',
  },
  {
    what: 'another version of something',
    kinds: ['unknown'],
    published: 'schema 5.15.0\n',
    rebuilt: 'schema 6.18.44\n',
  },
  {
    what: 'the processor of this machine under emulation',
    kinds: ['emulation'],
    published: 'built on: Cortex-X9\n',
    rebuilt: 'built on: Example(R) Processor @ 2.90GHz\n',
    context: { facts: emulatedFacts },
  },
  {
    what: 'the processor of this machine without emulation',
    kinds: ['unknown'],
    published: 'model Example(R) Processor @ 3.10GHz\n',
    rebuilt: 'model Example(R) Processor @ 2.90GHz\n',
  },
  {
    what: 'the name of the emulator',
    kinds: ['emulation'],
    published: 'run by /usr/bin/tool\n',
    rebuilt: 'run by /usr/bin/qemu-aarch64-static\n',
    context: { facts: emulatedFacts },
  },
  {
    what: 'a random value of a step that has nothing to do with the file',
    kinds: ['unknown'],
    path: 'usr/share/hr/version',
    steps: [
      't=$(mktemp -d); rm -rf $t',
      'd=melange-out/hr/usr/share/hr; echo "revision $(cat REVISION)" > $d/version',
    ],
    published: 'revision 1a2b3c4d5e\n',
    rebuilt: 'revision 9f8e7d6c5b\n',
  },
  {
    what: 'the same, where our own builds agree',
    kinds: ['hidden-input'],
    path: 'usr/share/hr/version',
    steps: [
      't=$(mktemp -d); rm -rf $t',
      'd=melange-out/hr/usr/share/hr; echo "revision $(cat REVISION)" > $d/version',
    ],
    published: 'revision 1a2b3c4d5e\n',
    rebuilt: 'revision 9f8e7d6c5b\n',
    context: { plan, facts, stability: () => 'stable' },
  },
  {
    what: 'the same, where our own builds differ',
    kinds: ['randomness'],
    path: 'usr/share/hr/version',
    steps: [
      't=$(mktemp -d); rm -rf $t',
      'd=melange-out/hr/usr/share/hr; echo "revision $(cat REVISION)" > $d/version',
    ],
    published: 'revision 1a2b3c4d5e\n',
    rebuilt: 'revision 9f8e7d6c5b\n',
    context: { plan, facts, stability: () => 'unstable' },
  },
  {
    what: 'a random value of the step that makes the file, where our own builds agree',
    kinds: ['hidden-input'],
    path: 'usr/share/hr/version',
    steps: ['echo "revision $(openssl rand -hex 5)" > melange-out/hr/usr/share/hr/version'],
    published: 'revision 1a2b3c4d5e\n',
    rebuilt: 'revision 9f8e7d6c5b\n',
    context: { plan, facts, stability: () => 'stable' },
  },
  {
    what: 'what changes with a factor, without a name',
    kinds: ['unknown'],
    published: 'retries=5\n',
    rebuilt: 'retries=\n',
    context: { plan, facts, stability: () => 'factor' },
  },
  {
    what: 'what only the published file has, in a substituted environment',
    kinds: ['environment-drift'],
    published: 'retries=5\n',
    rebuilt: 'retries=\n',
    context: { plan, facts, substituted: 'another environment', stability: () => 'stable' },
  },
  {
    what: 'what our own builds disagree on, in a substituted environment',
    kinds: ['unknown'],
    published: 'retries=5\n',
    rebuilt: 'retries=\n',
    context: { plan, facts, substituted: 'another environment', stability: () => 'unstable' },
  },
  {
    what: 'lines in the order of a hash of Perl, beside a parallel make of something else',
    kinds: ['hash-order'],
    path: 'usr/share/ms/options.conf',
    steps: ['make -j4', "perl -e 'print for keys %h' > melange-out/ms/usr/share/ms/options.conf"],
    published: 'alpha\nbeta\ngamma\n',
    rebuilt: 'gamma\nalpha\nbeta\n',
  },
  {
    what: 'lines in the order of a set of Python',
    kinds: ['hash-order'],
    path: 'usr/share/so/RECORD',
    steps: [
      `python3 -c 'print("\\n".join(x for x in {"alpha","beta","gamma"}))' > melange-out/so/usr/share/so/RECORD`,
    ],
    published: 'alpha\nbeta\ngamma\n',
    rebuilt: 'gamma\nalpha\nbeta\n',
  },
  {
    what: 'a UUID in the name of a class',
    kinds: ['randomness'],
    published: 'Indexer_cedefc6a_d1c1_45db_93c0_7c6450748f92.class\n',
    rebuilt: 'Indexer_5f4393a2_6ef2_401b_a7a7_ec2ebcf3ae29.class\n',
  },
  { what: 'a number of jobs', kinds: ['cpu-count'], published: 'jobs 16\n', rebuilt: 'jobs 2\n' },
  { what: 'an option for jobs', kinds: ['cpu-count'], published: 'make -j64\n', rebuilt: 'make -j2\n' },
  {
    what: 'a number that is not of processors',
    kinds: ['unknown'],
    published: 'level 16\n',
    rebuilt: 'level 2\n',
  },
  {
    what: 'a size of memory',
    kinds: ['memory-size'],
    published: 'MemTotal: 24684092 kB\n',
    rebuilt: 'MemTotal: 24684084 kB\n',
  },
  {
    what: 'another size',
    kinds: ['unknown'],
    published: 'MemTotal: 24684092 kB\n',
    rebuilt: 'MemTotal: 24684088 kB\n',
  },
  { what: 'a user', kinds: ['user-id'], published: 'user: jane\n', rebuilt: 'user: root\n' },
  {
    what: 'the owner of an entry',
    kinds: ['user-id'],
    difference: { kind: 'owner', published: '501:20', rebuilt: '0:0' },
  },
  {
    what: 'a file system that is not known',
    kinds: ['file-system'],
    path: '.PKGINFO',
    difference: { section: 'control', kind: 'field', name: 'size', published: '3724', rebuilt: '48020' },
  },
  // Paths and chance.
  {
    what: 'a path of the build',
    kinds: ['build-path'],
    published: binary('/home/build/one-1.2/src/a.c\0'),
    rebuilt: binary('/home/build/two-1.2/src/a.c\0'),
  },
  {
    what: 'a temporary folder',
    kinds: ['build-path'],
    published: 'file /tmp/tmp.eWg6lzNv66/p.c\n',
    rebuilt: 'file /tmp/tmp.WtqG5ZpLg5/p.c\n',
  },
  {
    what: 'a path that packages ship',
    kinds: ['unknown'],
    published: 'exec /usr/lib/evil\n',
    rebuilt: 'exec /usr/lib/good\n',
  },
  {
    what: 'a UUID',
    kinds: ['randomness'],
    published: 'id 5f2b778c-3f9f-4b2e-8e70-ab65bb6f94b1\n',
    rebuilt: 'id 14e29582-e750-4101-a9d4-92b666ac3aea\n',
  },
  {
    what: 'a UUID that is not random',
    kinds: ['unknown'],
    published: 'id 5f2b778c-3f9f-1b2e-8e70-ab65bb6f94b1\n',
    rebuilt: 'id 14e29582-e750-1101-a9d4-92b666ac3aea\n',
  },
  {
    what: 'bytes of a generator',
    kinds: ['randomness'],
    path: 'usr/share/nr/seed',
    published: Buffer.from('ff1b47ca0d6d07ec6f71234e7ce939b6', 'hex'),
    rebuilt: Buffer.from('fe69aac79f22a481572b27532f44b943', 'hex'),
    steps: ['head -c 16 /dev/urandom > $out/usr/share/nr/seed'],
  },
  {
    what: 'bytes that no step draws',
    kinds: ['unknown'],
    path: 'usr/share/nr/seed',
    published: Buffer.from('ff1b47ca0d6d07ec6f71234e7ce939b6', 'hex'),
    rebuilt: Buffer.from('fe69aac79f22a481572b27532f44b943', 'hex'),
    steps: ['cp seed $out/usr/share/nr/seed'],
  },
  {
    what: 'a digest beside a random name',
    kinds: ['unknown'],
    published: 'sum da39a3ee5e6b4b0d3255bfef95601890afd80709\n',
    rebuilt: 'sum 5f2b778c3f9f5b2e6e70ab65bb6f94b134f6289b\n',
    steps: ['cd "$(mktemp -d)"'],
  },
  // Order.
  {
    what: 'lines in the order of a folder',
    kinds: ['file-order'],
    path: 'usr/share/nr/order',
    published: lines('7', '1', '9', '3'),
    rebuilt: lines('9', '7', '3', '1'),
    steps: ['ls -U in > $out/usr/share/nr/order'],
  },
  {
    what: 'lines in the order of jobs',
    kinds: ['parallel-build'],
    path: 'usr/share/nr/log',
    published: lines('7', '1', '9', '3'),
    rebuilt: lines('9', '7', '3', '1'),
    steps: ['make -j8\ncp log $out/usr/share/nr/log'],
  },
  {
    what: 'lines in another order, and no step says why',
    kinds: ['unknown'],
    published: lines('7', '1', '9', '3'),
    rebuilt: lines('9', '7', '3', '1'),
    steps: ['mkdir -p $out/nr-parallel/usr\nfind in | sort > x'],
  },
  {
    what: 'lines sorted by another language',
    kinds: ['locale'],
    published: lines('apple', 'Banana', 'cherry', 'Date'),
    rebuilt: lines('Banana', 'Date', 'apple', 'cherry'),
  },
  {
    what: 'keys of an object',
    kinds: ['hash-order'],
    path: 'usr/share/a.json',
    published: '{"b":1,"a":2,"c":3}',
    rebuilt: '{"a":2,"c":3,"b":1}',
  },
  {
    what: 'a set of Python in byte code',
    kinds: ['python-hash-seed'],
    parts: [
      {
        format: 'python-bytecode',
        kind: 'order',
        place: 'code: consts[1].set',
        meaning: {
          kind: 'order',
          of: 'constants',
          published: ['"a"', '"b"', '"c"'],
          rebuilt: ['"c"', '"a"', '"b"'],
        },
      },
    ],
    published: binary('a'),
    rebuilt: binary('b'),
  },
  {
    what: 'a set of Python whose seed is pinned',
    kinds: ['unknown'],
    environment: { PYTHONHASHSEED: '0' },
    parts: [
      {
        format: 'python-bytecode',
        kind: 'order',
        place: 'code: consts[1].set',
        meaning: {
          kind: 'order',
          of: 'constants',
          published: ['"a"', '"b"', '"c"'],
          rebuilt: ['"c"', '"a"', '"b"'],
        },
      },
    ],
    published: binary('a'),
    rebuilt: binary('b'),
  },
  {
    what: 'words of a line that Python wrote',
    kinds: ['python-hash-seed'],
    published: "{'b', 'a', 'c'}\n",
    rebuilt: "{'a', 'c', 'b'}\n",
    steps: ['python3 gen.py > out'],
  },
  // Archives and compression.
  {
    what: 'times in a static library',
    kinds: ['archive-metadata'],
    path: 'usr/lib/a.a',
    published: ar(1_700_000_000),
    rebuilt: ar(now),
  },
  {
    what: 'owners in a static library',
    kinds: ['archive-metadata'],
    path: 'usr/lib/a.a',
    published: ar(0, 1000),
    rebuilt: ar(0, 0),
  },
  {
    what: 'the time in a gzip header',
    kinds: ['gzip-header'],
    path: 'usr/share/a.gz',
    published: gzipped('one\n', 1_700_000_000),
    rebuilt: gzipped('one\n', now),
  },
  {
    what: 'content inside gzip',
    kinds: ['unknown'],
    path: 'usr/share/a.gz',
    published: gzipped('evil\n', 0),
    rebuilt: gzipped('good\n', 0),
  },
  {
    what: 'another compressed form',
    kinds: ['compressor-version'],
    path: '',
    difference: { kind: 'compression', published: '10 bytes', rebuilt: '11 bytes' },
  },
  // Modes.
  {
    what: 'modes that a umask explains',
    kinds: ['umask'],
    difference: mode('usr/a', '0775', '0755'),
    others: [mode('usr/b', '0664', '0644')],
  },
  { what: 'one mode alone', kinds: ['unknown'], difference: mode('usr/a', '0775', '0755') },
  {
    what: 'a set-user-id bit among them',
    kinds: ['unknown'],
    difference: mode('usr/a', '0775', '0755'),
    others: [mode('usr/b', '4755', '0755')],
  },
  // Signatures, tools, SBOM, inputs.
  {
    what: 'the signature of the package',
    kinds: ['signature'],
    path: '.SIGN.RSA256.lab.rsa.pub',
    published: Buffer.from('ff1b47ca0d6d07ec6f71234e7ce939b6', 'hex'),
    rebuilt: Buffer.from('fe69aac79f22a481572b27532f44b943', 'hex'),
    difference: { section: 'signature' },
  },
  {
    what: 'the version of melange in an SBOM',
    kinds: ['tool-version'],
    path: sbomPath,
    published: spdx({ SPDXID: 'a', creationInfo: { creators: ['Tool: melange (v0.40.4)'] } }),
    rebuilt: spdx({ SPDXID: 'a', creationInfo: { creators: ['Tool: melange (v0.45.3)'] } }),
  },
  {
    what: 'an OpenPGP signature',
    kinds: ['signature'],
    published: 'text\n-----BEGIN PGP SIGNATURE-----\nabcd\n-----END PGP SIGNATURE-----\n',
    rebuilt: 'text\n-----BEGIN PGP SIGNATURE-----\nefgh\n-----END PGP SIGNATURE-----\n',
  },
  {
    what: 'another text under a signature',
    kinds: ['unknown'],
    published: 'evil\n-----BEGIN PGP SIGNATURE-----\nabcd\n',
    rebuilt: 'good\n-----BEGIN PGP SIGNATURE-----\nabcd\n',
  },
  {
    what: 'a version of a compiler',
    kinds: ['tool-version'],
    published: binary('GCC: (Wolfi 13.2.0-r1) 13.2.0\0'),
    rebuilt: binary('GCC: (Wolfi 14.1.0-r1) 14.1.0\0'),
  },
  {
    what: 'a version of the package itself',
    kinds: ['unknown'],
    published: 'name 1.2.3\n',
    rebuilt: 'name 1.2.4\n',
  },
  {
    what: 'an SBOM of another program',
    kinds: ['sbom-generator'],
    path: sbomPath,
    published: spdx({ spdxVersion: 'SPDX-2.3', SPDXID: 'a', name: 'n' }, 1),
    rebuilt: spdx({ SPDXID: 'a', name: 'n', spdxVersion: 'SPDX-2.3' }),
  },
  {
    what: 'an SBOM with what a scan is said to have found, by production',
    kinds: ['sbom-generator'],
    path: sbomPath,
    ...foundIn({}),
    context: { plan: productionPlan(null) },
  },
  {
    what: 'the same besides another value',
    kinds: ['sbom-generator', 'unknown'],
    path: sbomPath,
    ...foundIn({ name: 'evil' }),
    context: { plan: productionPlan(null) },
  },
  {
    what: 'what a repeated scan did not find',
    kinds: ['unknown'],
    path: sbomPath,
    ...foundIn({}),
    context: { plan: productionPlan({ programs: ['a syft'], kept: [], found: '' }) },
  },
  {
    what: 'the same in an SBOM of melange',
    kinds: ['unknown'],
    path: sbomPath,
    ...foundIn({}),
  },
  {
    what: 'another value in an SBOM',
    kinds: ['unknown'],
    path: sbomPath,
    published: spdx({ SPDXID: 'a', name: 'evil' }),
    rebuilt: spdx({ SPDXID: 'a', name: 'good' }),
  },
  {
    what: 'a file that is an answer which nothing pins, and in the published package that of another recording',
    kinds: ['unpinned-input'],
    published: 'settings of Monday 2024-05-13 10:00:00\n',
    rebuilt: 'settings of Tuesday 2026-11-23 06:00:02\n',
    context: {
      unpinned: network({
        given: { 'GET https://a.example/x': 'settings of Tuesday 2026-11-23 06:00:02\n' },
        instead: { 'GET https://a.example/x': 'settings of Monday 2024-05-13 10:00:00\n' },
      }),
    },
  },
  {
    what: 'a file that is an answer which nothing pins',
    kinds: ['unpinned-input'],
    published: 'blue and green\n',
    rebuilt: 'blue and yellow\n',
    context: { unpinned: network({ given: { 'GET https://a.example/x': 'blue and yellow\n' } }) },
  },
  {
    what: 'a version that the address of an answer has which nothing pins',
    kinds: ['unpinned-input'],
    published: 'uses tool 1.4.20 now\n',
    rebuilt: 'uses tool 1.4.31 now\n',
    context: { unpinned: network({ given: { 'GET https://a.example/tool-1.4.31.tgz': 'other bytes' } }) },
  },
  {
    what: 'a build that fetched what nothing pins, which the file neither is nor names',
    kinds: ['unknown'],
    published: 'blue and green\n',
    rebuilt: 'blue and yellow\n',
    context: { unpinned: network({ given: { 'GET https://a.example/x': 'blue and red\n' } }) },
  },
  {
    what: 'a value that the answer has beside the published one',
    kinds: ['unknown'],
    published: 'uses tool 1.4.20 now\n',
    rebuilt: 'uses tool 1.4.31 now\n',
    context: { unpinned: network({ given: { 'GET https://a.example/x': '["1.4.20", "1.4.31"]' } }) },
  },
  {
    what: 'a word that the answer has as any text may have it',
    kinds: ['unknown'],
    published: 'made for aarch64 here\n',
    rebuilt: 'made for x86_64 here\n',
    context: { unpinned: network({ given: { 'GET https://a.example/x': 'for x86_64 alone' } }) },
  },
  {
    what: 'a published value that another recording has, where the rebuilt one is of no answer',
    kinds: ['unknown'],
    published: 'uses tool 1.4.20 now\n',
    rebuilt: 'uses tool 1.4.31 now\n',
    context: {
      unpinned: network({
        given: { 'GET https://a.example/x': 'nothing' },
        instead: { 'GET https://a.example/x': 'uses tool 1.4.20 now\n' },
      }),
    },
  },
  {
    what: 'what our own builds disagree on, whatever a build with other answers gave',
    kinds: ['unknown'],
    published: 'blue and green\n',
    rebuilt: 'blue and yellow\n',
    context: {
      stability: () => 'unstable',
      unpinned: { ...network({ given: {} }), builtInstead: () => 'the recording 0123' },
    },
  },
  {
    what: 'what a build with the answers of another recording has as published',
    kinds: ['unpinned-input'],
    published: 'a=1b2c\n',
    rebuilt: 'a=9f8e\n',
    context: { unpinned: { ...network({ given: {} }), builtInstead: () => 'the recording 0123' } },
  },
  {
    what: 'an order alone, whatever a build with other answers gave',
    kinds: ['unknown'],
    published: 'a=1\nb=2\nc=3\n',
    rebuilt: 'b=2\na=1\nc=3\n',
    context: { unpinned: { ...network({ given: {} }), builtInstead: () => 'the recording 0123' } },
  },
  {
    what: 'a file that lay beside the recipe',
    kinds: ['hidden-input'],
    path: 'usr/share/nr/settings',
    published: 'colour = blue\n',
    rebuilt: 'default\n',
    steps: [
      'if [ -f secret-settings ]; then\n  cp secret-settings $out/usr/share/nr/settings\nelse\n  echo default > $out/usr/share/nr/settings\nfi',
    ],
  },
  {
    what: 'a file that a step makes',
    kinds: ['unknown'],
    path: 'usr/share/nr/settings',
    published: 'colour = blue\n',
    rebuilt: 'default\n',
    steps: [
      './generate > secret-settings\nif [ -f secret-settings ]; then cp secret-settings $out/usr/share/nr/settings; fi',
    ],
  },
  {
    what: 'a file that was given',
    kinds: ['unknown'],
    path: 'usr/share/nr/settings',
    published: 'colour = blue\n',
    rebuilt: 'default\n',
    steps: ['if [ -f given ]; then cp given $out/usr/share/nr/settings; fi'],
  },
  {
    what: 'a substituted environment',
    kinds: ['environment-drift'],
    published: 'one\n',
    rebuilt: 'two\n',
    context: { substituted: 'the environment was this machine’s own programs' },
  },
  {
    what: 'a time in a substituted environment',
    kinds: ['timestamp'],
    published: 'built 2025-01-02 03:04:05\n',
    rebuilt: 'built 2026-11-23 06:00:02\n',
    context: { substituted: 'the environment was this machine’s own programs' },
  },
  // Nothing to be said.
  { what: 'another word', kinds: ['unknown'], published: 'enabled = true\n', rebuilt: 'enabled = false\n' },
  {
    what: 'more lines',
    kinds: ['unknown'],
    published: lines('one', 'two', 'evil'),
    rebuilt: lines('one', 'two'),
  },
  {
    what: 'other machine code',
    kinds: ['unknown'],
    published: binary(Buffer.from('b800000000c3', 'hex')),
    rebuilt: binary(Buffer.from('b801000000c3', 'hex')),
  },
  // What follows from something else.
  {
    what: 'an id of a build, where nothing else differs',
    kinds: ['derived'],
    published: elfOf([code(plain), buildId('aa')]),
    rebuilt: elfOf([code(plain), buildId('bb')]),
  },
  {
    what: 'an id of a build beside different code',
    kinds: ['unknown'],
    published: elfOf([code(plain), buildId('aa')]),
    rebuilt: elfOf([code(plain.toReversed()), buildId('bb')]),
  },
  // The processor.
  {
    what: 'code with AVX instructions on one side',
    kinds: ['march-native'],
    published: elfOf([code(vector)]),
    rebuilt: elfOf([code(plain)]),
  },
  {
    what: 'different code with AVX instructions on both sides',
    kinds: ['unknown'],
    published: elfOf([code(vector)]),
    rebuilt: elfOf([code(Buffer.concat([vector.toReversed(), vector]))]),
  },
  // Values that were drawn, in other forms than names.
  ...(
    [
      ['an address of an object', '<function f at 0x7f31a2b4c5d0>', '<function f at 0x7f04d1e2f3a0>'],
      ['an object of Java', 'java.lang.Object@1b6d3586', 'java.lang.Object@4554617c'],
      ['a port', 'http://127.0.0.1:43211/x', 'http://127.0.0.1:37455/x'],
      ['a process', 'pid 4321', 'pid 87'],
      ['the process of a program that logs', 'ld[2231]: done', 'ld[2290]: done'],
      [
        'a section of link-time optimisation',
        '.gnu.lto_.icf.aa982232ebe03038',
        '.gnu.lto_.icf.0b98c232ebe03f11',
      ],
      ['an intermediate file', 'LOAD /tmp/ccILFvq9.o', 'LOAD /tmp/ccM5Sbp3.o'],
    ] as const
  ).map(
    ([what, published, rebuilt]): CauseCase => ({
      what,
      kinds: ['randomness'],
      published: `${published}\n`,
      rebuilt: `${rebuilt}\n`,
    }),
  ),
  ...(
    [
      ['an address that a linker gave', 'entry 0x00401020', 'entry 0x00401040'],
      ['the port of a service', 'db.example:5432', 'db.example:5433'],
      ['a port of this machine that a service has', 'http://localhost:5432/', 'http://localhost:5433/'],
      ['a port by its name', 'port: 8080', 'port: 8081'],
      ['units of a name', 'tmp.target', 'tmp.socket'],
      ['numbers in brackets', 'a[100] = 1', 'a[200] = 1'],
      ['an address by mail', 'Jane@1234abcd.example', 'Jane@4321dcba.example'],
    ] as const
  ).map(
    ([what, published, rebuilt]): CauseCase => ({
      what,
      kinds: ['unknown'],
      published: `${published}\n`,
      rebuilt: `${rebuilt}\n`,
    }),
  ),
  {
    what: 'how long something took',
    kinds: ['timestamp'],
    published: 'Finished in 1.52s\n',
    rebuilt: 'Finished in 0.97s\n',
  },
  {
    what: 'a number with a unit that is no duration',
    kinds: ['unknown'],
    published: 'timeout = 30s\n',
    rebuilt: 'timeout = 60s\n',
  },
  {
    what: 'the number of an inode',
    kinds: ['file-system'],
    published: 'inode: 131072\n',
    rebuilt: 'inode: 131080\n',
  },
  {
    what: 'a label of SELinux',
    kinds: ['file-system'],
    difference: { kind: 'xattr', name: 'security.selinux', published: '73797374656d5f75', rebuilt: '' },
  },
  // Paths inside other words.
  ...(
    [
      ['an option with a path', "libs='-L/home/build/a/.libs -lm'", "libs='-L/home/build/b/.libs -lm'"],
      ['an address of a file', 'file:///tmp/one/a.html', 'file:///tmp/two/a.html'],
      ['a path behind a length', "'/tmp/x/build-1/a.erlj", ')/tmp/x/build-two/a.erlj'],
    ] as const
  ).map(
    ([what, published, rebuilt]): CauseCase => ({
      what,
      kinds: ['build-path'],
      published: `${published}\n`,
      rebuilt: `${rebuilt}\n`,
    }),
  ),
  // Two sides that nobody built here.
  ...(
    [
      ['a host', 'hostname', 'Built on builder-7.lab.example', 'Built on verify-2'],
      ['a kernel of uname', 'kernel', 'uname: Linux a 6.1.0-18-amd64', 'uname: Linux a 6.6.21-cloud'],
      [
        'a host behind a user',
        'hostname',
        'Compiled by ci@ip-10-0-3-44 for me',
        'Compiled by ci@worker-7 for me',
      ],
      [
        'a host of a kernel',
        'hostname',
        'Linux version 6.1.0-18 (root@one.lab.example) x',
        'Linux version 6.1.0-18 (root@two.lab.example) x',
      ],
      ['a kernel by itself', 'kernel', 'Linux 5.15.0-91-generic x86_64', 'Linux 6.8.0-45-generic x86_64'],
      [
        'a date behind its day of the week',
        'timestamp',
        'Generated on Sun Mar 1 2026 10:22:11 for Foo',
        'Generated on Mon Nov 2 2026 17:29:41 for Foo',
      ],
      [
        'a comment with a date',
        'timestamp',
        '#Sun Mar 01 10:22:11 UTC 2026',
        '#Mon Nov 02 17:29:41 CET 2026',
      ],
      ['how long tests took', 'timestamp', 'Ran 12 tests in 0.412s', 'Ran 12 tests in 0.398s'],
      ['a number of jobs', 'cpu-count', 'MAKEFLAGS=-j64', 'MAKEFLAGS=-j4'],
      ['who built', 'user-id', 'built by jenkins', 'built by root'],
      ['a version of a package', 'unknown', 'Linux-PAM 1.5.2', 'Linux-PAM 1.5.3'],
      ['a name of a mirror', 'unknown', 'mirror one.example', 'mirror two.example'],
      ['a number of an order', 'unknown', 'order 1234567890', 'order 1234567999'],
      ['a time by its name', 'timestamp', 'buildTime: 1709640000', 'buildTime: 1709647263'],
      ['a year apart by thirty', 'unknown', 'born 1970-01-01', 'born 2024-03-05'],
    ] as const
  ).map(
    ([what, kind, published, rebuilt]): CauseCase => ({
      what: `${what}, built elsewhere`,
      kinds: [kind],
      published: `${published}\n`,
      rebuilt: `${rebuilt}\n`,
      context: { facts: undefined, plan: undefined },
    }),
  ),
  {
    what: 'lines in another order that agree with a seed held',
    kinds: ['hash-order'],
    published: lines('seven', 'one', 'nine'),
    rebuilt: lines('nine', 'seven', 'one'),
    context: { stability: () => 'unstable', heldBy: () => 'hash-seed' },
  },
  {
    what: 'files in another order on which our own builds disagree',
    kinds: ['unknown'],
    published: lines('lab/a.py,sha256=1', 'lab/b.py,sha256=2', 'lab/c.py,sha256=3'),
    rebuilt: lines('lab/c.py,sha256=3', 'lab/a.py,sha256=1', 'lab/b.py,sha256=2'),
    context: { stability: () => 'unstable' },
  },
  {
    what: 'files in another order, and no step says why',
    kinds: ['file-order'],
    published: lines('lab/a.py,sha256=1', 'lab/b.py,sha256=2', 'lab/c.py,sha256=3'),
    rebuilt: lines('lab/c.py,sha256=3', 'lab/a.py,sha256=1', 'lab/b.py,sha256=2'),
  },
  {
    what: 'the same, where our own builds agree',
    kinds: ['hidden-input'],
    published: lines('lab/a.py,sha256=1', 'lab/b.py,sha256=2', 'lab/c.py,sha256=3'),
    rebuilt: lines('lab/c.py,sha256=3', 'lab/a.py,sha256=1', 'lab/b.py,sha256=2'),
    context: { stability: () => 'stable' },
  },
  // What looks like a value of the builder and is part of a source that somebody edited.
  ...(
    [
      ['an address of mail', 'Maintainer: Jo <jo@one.example>', 'Maintainer: Jo <jo@two.example>'],
      ['an address behind who built', 'Built by Jo <jo@one.example>', 'Built by Jo <jo@two.example>'],
      ['a tag of a package', 'built from left-pad@next', 'built from left-pad@latest'],
      ['text without words', `?]g1WqW0@'gyO[vG/ViK`, `?]g1WqW0@'DKcC[vG/ViK`],
      ['a day of the week', 'We are open on Mon', 'We are open on Tue'],
      ['a system', 'Built on Debian', 'Built on Ubuntu'],
      ['what is compiled for', 'host: x86_64-pc-linux-gnu', 'host: aarch64-alpine-linux-musl'],
      ['a processor', 'machine: x86_64', 'machine: aarch64'],
      ['an address of hardware', 'flash image at 0x08000000', 'flash image at 0x08004000'],
      ['a mask', 'x = f(0x00ff00ff & y);', 'x = f(0xff00ff00 & y);'],
      ['numbers of hardware for a timer', 'TIMER_BASE 0x40001000', 'TIMER_BASE 0x40002000'],
      ['a round number of seconds', 'MAX_DATE = 1700000000', 'MAX_DATE = 1800000000'],
      [
        'one digit of a UUID',
        '"6f9619ff-8b86-4d01-b42d-00cf4fc964ff"',
        '"7f9619ff-8b86-4d01-b42d-00cf4fc964ff"',
      ],
      ['members of an object', 'a = tmp.Content;', 'a = tmp.Message;'],
      ['a number behind a name', 'user Foo@12345 said', 'user Foo@12346 said'],
      ['a number beside a word for ports', 'we listen to 45000 users', 'we listen to 46000 users'],
      ['a number of a limit', 'max pid: 32768', 'max pid: 65536'],
      ['a product on a bus', 'vid=1234 pid=5678', 'vid=1234 pid=5679'],
      ['a step of a process', 'The process 12 steps', 'The process 13 steps'],
      ['an index in a sentence', 'See foo[1234]: the end', 'See foo[1235]: the end'],
      ['a kernel that something needs', 'requires Linux 5.10', 'requires Linux 6.1'],
      ['processors that something needs', 'requires 4 cores', 'requires 8 cores'],
      ['one thread of many', 'see thread 12 on the list', 'see thread 13 on the list'],
      ['a number of a standard', 'ISO 2022-031 code', 'ISO 2022-032 code'],
      ['a word that is a month of Italian', 'set 2048', 'set 2049'],
      ['a word that is a month', 'We may 12 2020 of', 'We mar 12 2021 of'],
      ['a ratio', 'tiles 12/10/10', 'tiles 12/10/12'],
      ['a time to wait', 'timeout duration 30s', 'timeout duration 60s'],
      [
        'a time in a promise',
        'requests completed in 30ms are in the cache',
        'requests completed in 50ms are in the cache',
      ],
      ['words of a sentence', 'the dog bites man', 'the man bites dog'],
      ['one line that was moved', 'a.c\nb.c\nc.c\nd.c\ne.c', 'a.c\nc.c\nd.c\nb.c\ne.c'],
    ] as const
  ).map(
    ([what, published, rebuilt]): CauseCase => ({
      what: `${what}, edited`,
      kinds: ['unknown'],
      published: `${published}\n`,
      rebuilt: `${rebuilt}\n`,
      context: { facts: undefined, plan: undefined },
    }),
  ),
  {
    what: 'vector instructions of one function of a large program',
    kinds: ['unknown'],
    published: elfOf([code(Buffer.concat([vector, vector, Buffer.alloc(20_000, 0x90)]))]),
    rebuilt: elfOf([code(Buffer.concat([plain, plain, Buffer.alloc(20_000, 0x90)]))]),
  },
  {
    what: 'a field of .PKGINFO',
    kinds: ['unknown'],
    path: '.PKGINFO',
    difference: { section: 'control', kind: 'field', name: 'depend', published: 'evil', rebuilt: 'good' },
  },
];
