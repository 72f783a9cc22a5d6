/** Finds what differs between two contents with the first comparator that knows their format. */
import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { CompareLimits } from '../compare-limits.ts';
import type { FormatName, Part } from '../part.ts';
import { binary, compareBinary } from './binary.ts';
import { type Comparator, type CompareContext, hasBytesAt, Work } from './comparator.ts';
import { boundParts, unreadPart } from './parts.ts';
import { text, xml } from './text.ts';

/** A comparator that is loaded when a content may be of its format: loading all of them takes longer than comparing two small files. */
interface KnownFormat {
  readonly format: FormatName;
  /** Whether the published content may be of the format; true wherever the comparator's `matches` is. */
  may(published: Uint8Array, path: string): boolean;
  load(): Comparator | Promise<Comparator>;
}

/** Contents that begin with one of these bytes. */
const first =
  (...bytes: readonly number[]): KnownFormat['may'] =>
  (published) =>
    bytes.includes(published[0] ?? -1);

const named =
  (pattern: RegExp): KnownFormat['may'] =>
  (_published, path) =>
    pattern.test(path);

const always: KnownFormat['may'] = () => true;

/** Whether the first byte that is not blank opens an object or a list of JSON. */
const opensJson: KnownFormat['may'] = (published) => {
  const byte = published.find((each) => each !== 0x20 && each !== 0x0a && each !== 0x0d && each !== 0x09);
  return byte === 0x7b || byte === 0x5b;
};

const holds = (published: Uint8Array, text: string): boolean =>
  Buffer.from(published.buffer, published.byteOffset, Math.min(published.length, 4608)).includes(text);

const zipName = /\.(jar|whl|zip|pyz|egg|war)$/;

/** The formats in the order in which they are tried. */
export const knownFormats: readonly KnownFormat[] = [
  { format: 'elf', may: first(0x7f), load: async () => (await import('./elf.ts')).elf },
  { format: 'ar', may: first(0x21), load: async () => (await import('./ar.ts')).ar },
  { format: 'gzip', may: first(0x1f), load: async () => (await import('./gzip.ts')).gzip },
  { format: 'xz', may: first(0xfd), load: async () => (await import('./streams.ts')).xz },
  { format: 'bzip2', may: first(0x42), load: async () => (await import('./streams.ts')).bzip2 },
  { format: 'zstd', may: first(0x28), load: async () => (await import('./streams.ts')).zstd },
  {
    format: 'zip',
    may: (published, path) => published[0] === 0x50 || zipName.test(path),
    load: async () => (await import('./zip.ts')).zip,
  },
  {
    format: 'tar',
    may: (published) => hasBytesAt(published, [...Buffer.from('ustar')], 257),
    load: async () => (await import('./tar.ts')).tar,
  },
  { format: 'png', may: first(0x89), load: async () => (await import('./png.ts')).png },
  { format: 'pdf', may: first(0x25), load: async () => (await import('./pdf.ts')).pdf },
  { format: 'gettext', may: first(0xde, 0x95), load: async () => (await import('./gettext.ts')).gettext },
  { format: 'cpio', may: first(0x30), load: async () => (await import('./cpio.ts')).cpio },
  { format: 'sqlite', may: first(0x53), load: async () => (await import('./sqlite.ts')).sqlite },
  { format: 'squashfs', may: first(0x68), load: async () => (await import('./objects.ts')).squashfs },
  { format: 'pe', may: first(0x4d), load: async () => (await import('./objects.ts')).pe },
  {
    format: 'font',
    may: first(0x00, 0x4f, 0x74, 0x77),
    load: async () => (await import('./objects.ts')).font,
  },
  { format: 'beam', may: first(0x46), load: async () => (await import('./objects.ts')).beam },
  {
    format: 'fontconfig-cache',
    may: first(0x04),
    load: async () => (await import('./objects.ts')).fontconfigCache,
  },
  {
    format: 'sphinx-inventory',
    may: (published) => holds(published.subarray(0, 32), '# Sphinx'),
    load: async () => (await import('./sphinx-inventory.ts')).sphinxInventory,
  },
  {
    format: 'r-data',
    may: (published) => holds(published.subarray(0, 7), 'X\n'),
    load: async () => (await import('./objects.ts')).rData,
  },
  { format: 'ruby-marshal', may: first(0x04), load: async () => (await import('./objects.ts')).rubyMarshal },
  {
    format: 'berkeley-db',
    // The magic number at byte 12 has a byte of zero in either order.
    may: (published) => published.length >= 512 && published.subarray(12, 16).includes(0),
    load: async () => (await import('./objects.ts')).berkeleyDb,
  },
  {
    format: 'java-class',
    may: named(/\.class$/),
    load: async () => (await import('./objects.ts')).javaClass,
  },
  {
    format: 'icon-cache',
    may: named(/\.cache$/),
    load: async () => (await import('./objects.ts')).iconCache,
  },
  {
    format: 'certificate',
    may: (published) => published[0] === 0x30 || holds(published, '-----BEGIN'),
    load: async () => (await import('./certificate.ts')).certificate,
  },
  {
    format: 'python-bytecode',
    may: named(/\.py[co]$/),
    load: async () => (await import('./python-bytecode.ts')).pythonBytecode,
  },
  {
    format: 'java-manifest',
    may: named(/META-INF/),
    load: async () => (await import('./java-manifest.ts')).javaManifest,
  },
  {
    format: 'source-map',
    may: named(/\.map$/),
    load: async () => (await import('./web-files.ts')).sourceMap,
  },
  {
    format: 'json-call',
    may: named(/\.(?:m?js|jsonp)$/),
    load: async () => (await import('./web-files.ts')).jsonCall,
  },
  {
    format: 'minified',
    may: named(/\.(?:[cm]?js|css)$/),
    load: async () => (await import('./minified.ts')).minified,
  },
  {
    format: 'pkginfo',
    may: named(/\.PKGINFO$/),
    load: async () => (await import('./apk-files.ts')).pkginfo,
  },
  {
    format: 'apk-signature',
    may: named(/\.SIGN\./),
    load: async () => (await import('./apk-files.ts')).apkSignature,
  },
  {
    format: 'apk-index',
    may: named(/APKINDEX$/),
    load: async () => (await import('./apk-files.ts')).apkIndex,
  },
  { format: 'recipe', may: named(/yaml$/), load: async () => (await import('./yaml.ts')).recipe },
  { format: 'spdx', may: opensJson, load: async () => (await import('./spdx.ts')).spdx },
  { format: 'json', may: opensJson, load: async () => (await import('./json.ts')).json },
  { format: 'yaml', may: named(/\.ya?ml$/), load: async () => (await import('./yaml.ts')).yaml },
  { format: 'xml', may: always, load: () => xml },
  { format: 'text', may: always, load: () => text },
  { format: 'binary', may: always, load: () => binary },
];

/**
 * The parts in which two contents differ; none for equal bytes, at least one for all others. Never fails: a content that is damaged,
 * hostile or beyond a limit gives a part that says so.
 */
export async function compareContent(
  path: string,
  published: Uint8Array,
  rebuilt: Uint8Array,
  limits: CompareLimits,
): Promise<readonly Part[]> {
  const parts = await compareAt(path, published, rebuilt, {
    limits,
    work: new Work(limits),
    heldBytes: limits.heldBytes,
    depth: 0,
  });
  return boundParts(parts, limits);
}

interface Place {
  readonly limits: CompareLimits;
  readonly work: Work;
  readonly heldBytes: number;
  readonly depth: number;
}

async function compareAt(
  path: string,
  published: Uint8Array,
  rebuilt: Uint8Array,
  place: Place,
): Promise<readonly Part[]> {
  if (Buffer.compare(published, rebuilt) === 0) return [];
  if (place.depth > place.limits.depth) return [unreadPart('binary', '', 'nested too deep')];
  const inner: Place = {
    ...place,
    depth: place.depth + 1,
    heldBytes: Math.max(0, place.heldBytes - published.length - rebuilt.length),
  };
  const context: CompareContext = {
    limits: place.limits,
    path,
    work: place.work,
    heldBytes: inner.heldBytes,
    inside: (name, left, right) => compareAt(name, left, right, inner),
  };
  const unread: Part[] = [];
  for (const { may, load } of knownFormats) {
    if (!may(published, path)) continue;
    const comparator = await load();
    if (!comparator.matches(published, rebuilt, path)) continue;
    try {
      const parts = await comparator.compare(published, rebuilt, context);
      if (parts !== undefined && parts.length > 0) return [...unread, ...parts];
      // The format sees no difference, so the bytes that it does not know are shown as they are.
      if (parts !== undefined) break;
    } catch (failure) {
      unread.push(unreadPart(comparator.format, '', reasonOf(failure)));
    }
  }
  return [...unread, ...compareBinary(published, rebuilt, context)];
}

/** A defect of a comparator costs its parts, not the report. */
function reasonOf(failure: unknown): string {
  if (failure instanceof Failure) return failure.message;
  return `a defect in this comparator: ${printable(String(failure)).slice(0, 200)}`;
}
