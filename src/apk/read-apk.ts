/**
 * Reads a package in one streaming pass, whatever the size; contents of the data section are not kept unless asked for.
 */

import type { ByteSource } from '../byte-source.ts';
import { type Hasher, type Sha256, sha1, sha256Hasher } from '../digest.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import type { Apk, ControlSection, Section } from './apk.ts';
import type { ApkEntry } from './apk-entry.ts';
import { isSignatureName, parseSignature, type Signature } from './apk-signature.ts';
import { EntryCollector, Kept } from './collector.ts';
import { deflatedFormat, formatBytes, requirePossible, unsupportedFormat } from './foreign-format.ts';
import { type GzipHeader, type GzipMember, type GzipSink, readGzipMembers } from './gzip-reader.ts';
import { defaultLimits, type Limits, withoutBounds } from './limits.ts';
import { type PkgInfo, parsePkgInfo, pkgInfoValue } from './pkginfo.ts';
import { TarReader, type TarSink } from './tar-reader.ts';

export interface ReadOptions {
  readonly limits?: Limits;
  /** Decides by path and `.PKGINFO` which files of the data section are kept in memory. */
  readonly keep?: (path: string, pkginfo: PkgInfo) => boolean;
  /** How much of the data section's start to keep, in bytes of each form. */
  readonly headBytes?: number;
  /** Sees the data section as it is read, before its digest is known. */
  readonly dataSink?: TarSink;
  /** Sees `.PKGINFO` before the data section is begun. */
  readonly onControl?: (pkginfo: PkgInfo) => void;
}

/**
 * Reads a package. Fails with `malformed`, `limit-exceeded`, `duplicate-entry` or `unsafe-entry`, with `unsupported-format` for a different kind of
 * file, and with `unsupported` instead of these for a package that this program made; digests and signatures inside it are read, not verified.
 */
export async function readApk(source: ByteSource, options: ReadOptions = {}): Promise<Apk> {
  try {
    return await readPackage(source, options, limitsFor(source, options.limits));
  } catch (failure) {
    throw ofSource(source, failure);
  }
}

/** The bounds within which a source is read. */
export function limitsFor({ own }: ByteSource, limits: Limits = defaultLimits): Limits {
  return own === true ? withoutBounds(limits) : limits;
}

/** The failure of a source; for one of our own, in words that do not count against the published file. */
export function ofSource({ own, name }: ByteSource, failure: unknown): unknown {
  if (own !== true || !isFaultOfFile(failure)) return failure;
  return new Failure('unsupported', `the rebuilt package cannot be read: ${failure.message}`, {
    got: failure.got ?? name,
    cause: failure,
  });
}

async function readPackage(source: ByteSource, options: ReadOptions, limits: Limits): Promise<Apk> {
  const reader = new ApkReader(limits, options);
  const file = sha256Hasher();
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.open()) {
      size += chunk.length;
      if (size > limits.fileBytes) throw new Failure('limit-exceeded', 'the file is too large');
      file.update(chunk);
      yield chunk;
    }
  }
  await readGzipMembers(requirePossible(counted()), reader, {
    limit: limits.ratio,
    floor: limits.ratioFloor,
  }).catch(async (failure: unknown) => {
    const isMalformed = failure instanceof Failure && failure.code === 'malformed';
    const format = isMalformed ? reader.deflated : undefined;
    throw format !== undefined && (await isOneMember(source, limits)) ? unsupportedFormat(format) : failure;
  });
  return { size, sha256: file.digest(), ...reader.finish() };
}

/** Whether a file is one whole gzip member: one of several, or a truncated one, may have been a package. */
async function isOneMember(source: ByteSource, limits: Limits): Promise<boolean> {
  const ignore = () => undefined;
  let members = 0;
  const sink: GzipSink = {
    begin(index) {
      if (index > 0) throw new Failure('malformed', 'there is another member');
      return limits.dataBytes;
    },
    compressed: ignore,
    inflated: ignore,
    end: () => {
      members += 1;
    },
  };
  const bounds = { limit: limits.ratio, floor: limits.ratioFloor };
  return readGzipMembers(source.open(), sink, bounds).then(
    () => members === 1,
    () => false,
  );
}

interface Draft {
  readonly start: number;
  readonly gzip: GzipHeader;
  readonly sha256: Hasher<Sha256>;
  readonly tarSha256: Hasher<Sha256>;
  readonly tar: TarReader;
  readonly entries: ApkEntry[];
  readonly kind: 'front' | 'data';
  readonly compressed: Kept;
  readonly inflated: Kept;
}

class ApkReader implements GzipSink {
  readonly #limits: Limits;
  readonly #options: ReadOptions;
  readonly #sections: { section: Section; compressed: Uint8Array; inflated: Uint8Array }[] = [];
  #draft: Draft | undefined;

  constructor(limits: Limits, options: ReadOptions) {
    this.#limits = limits;
    this.#options = options;
  }

  begin(index: number, start: number, gzip: GzipHeader): number {
    const signed = this.#sections[0]?.section.entries.some((entry) => isSignatureName(entry.name)) ?? false;
    const dataIndex = signed ? 2 : 1;
    if (index > dataIndex) {
      throw new Failure('malformed', 'the file has more gzip members than sections', {
        expected: `${dataIndex + 1} members`,
      });
    }
    const kind = index === dataIndex && index > 0 ? 'data' : 'front';
    const keep = kind === 'data' ? this.#beginData(index) : () => true;
    const entries: ApkEntry[] = [];
    const head = kind === 'data' ? (this.#options.headBytes ?? 0) : Number.POSITIVE_INFINITY;
    this.#draft = {
      start,
      gzip,
      sha256: sha256Hasher(),
      tarSha256: sha256Hasher(),
      tar: new TarReader(
        new EntryCollector(entries, keep, this.#limits, kind === 'data' ? this.#options.dataSink : undefined),
        this.#limits,
      ),
      entries,
      kind,
      compressed: new Kept(head),
      inflated: new Kept(kind === 'data' ? head : index === 0 ? formatBytes : 0),
    };
    if (kind === 'data') return this.#limits.dataBytes;
    return index === 0
      ? Math.max(this.#limits.signatureBytes, this.#limits.controlBytes)
      : this.#limits.controlBytes;
  }

  /** Begins the data section; returns which of its files are kept. */
  #beginData(index: number): (path: string) => boolean {
    const { keep, onControl } = this.#options;
    if (keep === undefined && onControl === undefined) return () => false;
    const control = this.#sections[index - 1]!;
    const { pkginfo } = controlSection(control.section, control.compressed);
    onControl?.(pkginfo);
    return (path) => keep?.(path, pkginfo) ?? false;
  }

  /** The size of the data section, which is signed with the control section. */
  announced(): number {
    if (this.#draft!.kind === 'front') return 0;
    const { section, compressed } = this.#sections.at(-1)!;
    const size = pkgInfoValue(controlSection(section, compressed).pkginfo, 'size') ?? '';
    return /^\d{1,15}$/.test(size) ? Number(size) : 0;
  }

  compressed(bytes: Uint8Array): void {
    const draft = this.#draft!;
    draft.sha256.update(bytes);
    draft.compressed.add(bytes);
    // Empty deflate blocks inflate to nothing, so the bound on inflated bytes does not limit their number.
    if (draft.kind === 'front' && draft.compressed.size > this.#limits.controlBytes) {
      throw new Failure('limit-exceeded', 'a section is too large');
    }
  }

  inflated(bytes: Uint8Array): void {
    this.#draft!.tarSha256.update(bytes);
    this.#draft!.inflated.add(bytes);
    this.#draft!.tar.write(bytes);
  }

  end(member: GzipMember): void {
    const draft = this.#draft!;
    const section = {
      start: member.start,
      end: member.end,
      gzip: member.header,
      sha256: draft.sha256.digest(),
      tarSha256: draft.tarSha256.digest(),
      tar: draft.tar.end(),
      entries: draft.entries,
    };
    if (section.entries.length === 0 && draft.kind === 'front') {
      throw new Failure('malformed', 'a section is not a tar archive');
    }
    if (this.#sections.length === 0) requireOneKind(section);
    if (draft.kind === 'front') requireNoIndex(section);
    this.#sections.push({ section, compressed: draft.compressed.bytes(), inflated: draft.inflated.bytes() });
  }

  /** What the first section is where it is not an archive; undefined where it is one. */
  get deflated(): string | undefined {
    const head = this.#sections.length > 0 ? undefined : this.#draft?.inflated.bytes();
    return head === undefined ? undefined : deflatedFormat(head);
  }

  finish(): Omit<Apk, 'size' | 'sha256'> {
    const signed = this.#sections[0]?.section.entries.some((entry) => isSignatureName(entry.name)) ?? false;
    const expected = signed ? 3 : 2;
    if (this.#sections.length === 1) requirePackage(this.#sections[0]!.section);
    if (this.#sections.length !== expected) {
      throw new Failure('malformed', 'a section is missing', {
        expected: `${expected} gzip members`,
        got: String(this.#sections.length),
      });
    }
    const control = this.#sections[expected - 2]!;
    const data = this.#sections[expected - 1]!;
    const first = this.#sections[0]!.section;
    return {
      signature: signed ? { ...first, signatures: signaturesOf(first) } : undefined,
      control: controlSection(control.section, control.compressed),
      data: { ...data.section, head: { compressed: data.compressed, inflated: data.inflated } },
    };
  }
}

/** Refuses an index, which has its entries in place of a control section (apk-index(5)). */
function requireNoIndex({ entries }: Section): void {
  if (entries.some(({ name }) => name === 'APKINDEX')) throw unsupportedFormat('an index of a repository');
}

/** Refuses a single member with neither a signature nor `.PKGINFO`: it is not a part of a package. */
function requirePackage({ entries }: Section): void {
  if (entries.some(({ name }) => isSignatureName(name) || name === '.PKGINFO')) return;
  throw unsupportedFormat('a compressed tar archive of something else');
}

/** Refuses anything beside signatures in their section: it is not signed, and yet apk reads the first `.PKGINFO` that it finds anywhere. */
function requireOneKind({ entries }: Section): void {
  const signatures = entries.filter((entry) => isSignatureName(entry.name)).length;
  if (signatures === 0 || signatures === entries.length) return;
  throw new Failure('malformed', 'the signature section holds something else');
}

function signaturesOf(section: Section): Signature[] {
  return section.entries.flatMap((entry) => parseSignature(entry.name, entry.content!) ?? []);
}

function controlSection(section: Section, bytes: Uint8Array): ControlSection {
  requireUnique(section);
  const pkginfo = section.entries.find((entry) => entry.name === '.PKGINFO');
  if (pkginfo?.content === undefined) throw new Failure('malformed', 'the control section has no .PKGINFO');
  return { ...section, bytes, sha1: sha1(bytes), pkginfo: parsePkgInfo(pkginfo.content) };
}

function requireUnique(section: Section): void {
  const seen = new Set<string>();
  for (const { name } of section.entries) {
    if (seen.has(name)) throw new Failure('duplicate-entry', 'an entry occurs twice', { got: name });
    seen.add(name);
  }
}
