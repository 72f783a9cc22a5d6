/**
 * Packages changed at every layer, and put together again so that the change reaches the layer that it is for: check sums of tar headers,
 * records and digests are made again. From a seed, so that a failure can be had again.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ApkEntry } from '../../src/apk/apk-entry.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { Failure } from '../../src/failure.ts';
import { entryOf, fileOf, type Part, padded, paxRecord, sealed, sourceOf } from './apk-builder.ts';
import { readFrontOf } from './front.ts';
import { changedJson, changedPkgInfo, changedYaml } from './front-changes.ts';
import { lab } from './lab.ts';
import { mutated, oneOf, type Random, randomOf } from './mutate.ts';

/** A package taken apart. */
export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  /** Undefined for files that are not packages, which are only changed as they are. */
  readonly entries: { readonly control: readonly RawEntry[]; readonly data: readonly RawEntry[] } | undefined;
}

interface RawEntry {
  readonly name: string;
  /** All header blocks. */
  readonly raw: Buffer;
  readonly content: Buffer;
}

const largestSeed = 24 * 1024;
const mostEntries = 60;

/** Small packages of the lab, sound and invalid. */
export async function frontSeeds(): Promise<Seed[]> {
  const paths = filesBelow(lab).filter((path) => path.endsWith('.apk') && statSync(path).size <= largestSeed);
  const seeds: Seed[] = [];
  for (const path of paths.sort()) {
    const bytes = readFileSync(path);
    seeds.push({ name: path.slice(lab.length + 1), bytes, entries: await takenApart(bytes) });
  }
  return seeds;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

async function takenApart(bytes: Buffer): Promise<Seed['entries']> {
  try {
    const apk = await readApk(sourceOf(bytes), { keep: () => true });
    const of = (entries: readonly ApkEntry[]) =>
      entries.slice(0, mostEntries).map(({ name, raw, content }) => ({
        name,
        raw: Buffer.from(raw),
        content: Buffer.from(content ?? ''),
      }));
    return { control: of(apk.control.entries), data: of(apk.data.entries) };
  } catch {
    return undefined;
  }
}

/** One input of the run. */
export function frontInput(seeds: readonly Seed[], number: number): { seed: Seed; bytes: Buffer } {
  const random = randomOf(number);
  // What production's records vary in is searched for up to a bound, which takes longer than all else.
  const usual = seeds.filter(({ name }) => !name.includes('production'));
  const seed = oneOf(random(40) === 0 ? seeds : usual, random)!;
  const { entries } = seed;
  if (entries === undefined || random(12) === 0) return { seed, bytes: mutated(seed.bytes, random) };
  const layers = { control: [...entries.control], data: [...entries.data] };
  for (let changes = 1 + random(3); changes > 0; changes -= 1) changeLayer(layers, random);
  return { seed, bytes: putTogether(layers, random) };
}

interface Layers {
  control: RawEntry[];
  data: RawEntry[];
}

function changeLayer(layers: Layers, random: Random): void {
  switch (random(8)) {
    case 0:
    case 1:
      changeContent(layers.control, '.PKGINFO', random, changedPkgInfo);
      break;
    case 2:
    case 3:
      changeContent(layers.control, '.melange.yaml', random, changedYaml);
      break;
    case 4:
    case 5:
      changeContent(layers.data, '.spdx.json', random, changedJson);
      break;
    case 6:
      changeHeader(random(4) === 0 ? layers.control : layers.data, random);
      break;
    default:
      changeEntries(random(4) === 0 ? layers.control : layers.data, random);
  }
}

function changeContent(
  entries: RawEntry[],
  ending: string,
  random: Random,
  change: (content: Buffer, random: Random) => Buffer,
): void {
  const at = entries.findIndex(({ name }) => name.endsWith(ending));
  const entry = entries[at];
  if (entry === undefined) return;
  entries[at] = withContent(
    entry,
    random(4) === 0 ? mutated(entry.content, random) : change(entry.content, random),
  );
}

/** The entry with another content: its size, check sum and digest are those of the content. */
function withContent({ name, raw }: RawEntry, content: Buffer): RawEntry {
  const part: Part = raw.length > 512 ? fileOf(name, content) : { name, content };
  const bytes = entryOf(part);
  return { name, raw: bytes.subarray(0, bytes.length - padded(content).length), content };
}

const fields = [0, 100, 108, 116, 124, 136, 156, 157, 257, 263, 265, 297, 329, 337, 345];
const values: readonly Buffer[] = [
  Buffer.from('00000000000\0'),
  Buffer.from('77777777777\0'),
  Buffer.from('\x80\0\0\0\0\0\0\0\x7f\xff\xff\xff', 'latin1'),
  Buffer.alloc(12, 0xff),
  Buffer.alloc(12),
  Buffer.from('../../../../x'),
  Buffer.from('/etc/passwd\0'),
  Buffer.from('a/'.repeat(50)),
  Buffer.from('5'),
  Buffer.from('2'),
  Buffer.from('x'),
  Buffer.from('            '),
];
const records: readonly (readonly [string, string])[] = [
  ['path', 'd/'.repeat(300)],
  ['path', `${'a'.repeat(300)}/b`],
  ['linkpath', '../'.repeat(20)],
  ['size', '99999999999'],
  ['mtime', '-1.5'],
  ['uid', '4294967296'],
  ['SCHILY.xattr.security.capability', '\x01\0\0\x02'],
  ['APK-TOOLS.checksum.SHA1', 'zz'],
  ['', 'x'],
];

function changeHeader(entries: RawEntry[], random: Random): void {
  const at = random(Math.max(1, entries.length));
  const entry = entries[at];
  // A change before this one may have cut the header off.
  if (entry === undefined || entry.raw.length < 512) return;
  let raw = Buffer.from(entry.raw);
  if (random(3) === 0) {
    const record = paxRecord(...oneOf(records, random)!);
    const header = entryOf({ name: 'PaxHeaders.0/x', type: 'x', content: record });
    raw = Buffer.concat([header, raw.subarray(raw.length - 512)]);
  } else if (random(2) === 0) raw = Buffer.from(mutated(raw, random).subarray(0, raw.length));
  else oneOf(values, random)!.copy(raw, raw.length - 512 + oneOf(fields, random)!);
  if (random(8) !== 0 && raw.length >= 512) sealed(raw.subarray(raw.length - 512));
  entries[at] = { ...entry, raw };
}

function changeEntries(entries: RawEntry[], random: Random): void {
  const at = random(entries.length + 1);
  const entry = entries[at % Math.max(1, entries.length)];
  if (entry === undefined) return;
  switch (random(4)) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
      entries.splice(at, 0, entry);
      break;
    case 2:
      entries.reverse();
      break;
    default:
      entries.splice(
        at,
        0,
        withContent({ ...entry, name: `new/${random(1000)}` }, mutated(entry.content, random)),
      );
  }
}

function putTogether({ control, data }: Layers, random: Random): Buffer {
  const member = framed(gzipSync(archiveOf(data, true), { level: 0 }), random);
  const digest = createHash('sha256').update(member).digest('hex');
  const fixed = control.map((entry) =>
    entry.name === '.PKGINFO' && random(16) !== 0
      ? withContent(
          entry,
          Buffer.from(
            entry.content.toString('latin1').replace(/datahash = [0-9a-f]*/, `datahash = ${digest}`),
            'latin1',
          ),
        )
      : entry,
  );
  return Buffer.concat([framed(gzipSync(archiveOf(fixed, false), { level: 0 }), random), member]);
}

function archiveOf(entries: readonly RawEntry[], closed: boolean): Buffer {
  const blocks = entries.flatMap(({ raw, content }) => [raw, padded(content)]);
  return Buffer.concat([...blocks, Buffer.alloc(closed ? 1024 : 0)]);
}

/** Now and then with a header of its own: a name, a comment, further fields, a check sum. */
function framed(member: Buffer, random: Random): Buffer {
  if (random(16) !== 0) return member;
  const flags = random(32);
  const more = [
    (flags & 4) === 0
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([random(256), random(3)]), Buffer.alloc(random(700))]),
    (flags & 8) === 0 ? Buffer.alloc(0) : Buffer.from(`${'n'.repeat(random(64))}\0`),
    (flags & 16) === 0 ? Buffer.alloc(0) : Buffer.from('comment\0'),
    (flags & 2) === 0 ? Buffer.alloc(0) : Buffer.from([random(256), random(256)]),
  ];
  const head = Buffer.from(member.subarray(0, 10));
  head[3] = flags;
  return Buffer.concat([head, ...more, member.subarray(10)]);
}

export interface FuzzResult {
  readonly inputs: number;
  /** What was thrown that is not a failure with a code of its own, by the number of its input. */
  readonly crashes: readonly string[];
  readonly slowest: TimedInput;
  /** How many inputs were read to their claim. */
  readonly claims: number;
  /** How often each failure ended the reading. */
  readonly failures: ReadonlyMap<string, number>;
}

interface TimedInput {
  readonly input: number;
  readonly seed: string;
  readonly milliseconds: number;
}

const mostSlow = 20;

function slowestFirst(a: TimedInput, b: TimedInput): number {
  return b.milliseconds - a.milliseconds;
}

/** The slowest by processor time, the least of three rounds: a busy machine makes any input slow once. */
async function slowestOf(seeds: readonly Seed[], slow: readonly TimedInput[]): Promise<TimedInput> {
  const timed: TimedInput[] = [];
  for (const each of slow) {
    let milliseconds = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round += 1) {
      const began = process.cpuUsage();
      await readFrontOf(frontInput(seeds, each.input).bytes).catch(() => undefined);
      milliseconds = Math.min(milliseconds, process.cpuUsage(began).user / 1000);
    }
    timed.push({ ...each, milliseconds });
  }
  return timed.sort(slowestFirst)[0]!;
}

const longestReport = 4 * 1024 * 1024;

/** Runs so many inputs, numbered from the first. */
export async function fuzzFront(seeds: readonly Seed[], inputs: number, first: number): Promise<FuzzResult> {
  const crashes: string[] = [];
  const failures = new Map<string, number>();
  const slow: TimedInput[] = [];
  let claims = 0;
  for (let input = first; input < first + inputs; input += 1) {
    const { seed, bytes } = frontInput(seeds, input);
    const began = performance.now();
    try {
      const { examined, text, json } = await readFrontOf(bytes);
      if (examined.claim !== undefined) claims += 1;
      const code = examined.failure?.code ?? 'none';
      failures.set(code, (failures.get(code) ?? 0) + 1);
      if (text.length + json.length > longestReport)
        crashes.push(`input ${input} of ${seed.name}: a report of ${json.length} characters`);
    } catch (thrown) {
      const code = thrown instanceof Failure && thrown.class !== 'internal' ? thrown.code : undefined;
      if (code !== undefined) failures.set(code, (failures.get(code) ?? 0) + 1);
      else crashes.push(`input ${input} of ${seed.name}: ${String((thrown as Error).stack)}`);
    }
    slow.push({ input, seed: seed.name, milliseconds: performance.now() - began });
    if (slow.length > 2 * mostSlow) slow.sort(slowestFirst).splice(mostSlow);
  }
  return { inputs, crashes, slowest: await slowestOf(seeds, slow), claims, failures };
}
