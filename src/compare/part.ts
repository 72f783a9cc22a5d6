/** What differs inside a content, down to its smallest part: a tree of values, bounded in size. */

/** The formats that have a comparator. */
export type FormatName =
  | 'apk-index'
  | 'apk-signature'
  | 'ar'
  | 'beam'
  | 'berkeley-db'
  | 'bzip2'
  | 'certificate'
  | 'cpio'
  | 'elf'
  | 'font'
  | 'fontconfig-cache'
  | 'gettext'
  | 'gzip'
  | 'icon-cache'
  | 'java-class'
  | 'java-manifest'
  | 'json'
  | 'json-call'
  | 'minified'
  | 'pdf'
  | 'pe'
  | 'pkginfo'
  | 'png'
  | 'python-bytecode'
  | 'r-data'
  | 'recipe'
  | 'ruby-marshal'
  | 'source-map'
  | 'spdx'
  | 'sphinx-inventory'
  | 'sqlite'
  | 'squashfs'
  | 'tar'
  | 'text'
  | 'xml'
  | 'xz'
  | 'yaml'
  | 'zip'
  | 'zstd'
  | 'binary';

export type PartKind =
  /** A named value: a header field, a record, an element, a section, a symbol, a note. */
  | 'value'
  /** Only one side has it. */
  | 'missing'
  | 'extra'
  /** The same things in a different order. */
  | 'order'
  /** The same content under a different name; `place` is the published name. */
  | 'moved'
  /** Lines of text, in `lines`. */
  | 'text'
  /** Bytes, in `windows`. */
  | 'bytes'
  /** Something that has parts: an archive member, a decompressed stream. */
  | 'inside'
  /** Not looked at, and why, in `note`. */
  | 'unread';

export interface Part {
  readonly format: FormatName;
  readonly kind: PartKind;
  /** Which part, in the format's own words. Attacker-controlled. */
  readonly place: string;
  /** Short values of the two sides. Attacker-controlled. */
  readonly published?: string;
  readonly rebuilt?: string;
  readonly lines?: readonly LineHunk[];
  readonly windows?: readonly ByteWindow[];
  readonly note?: string;
  /** What the part is, for code: nothing reads it out of `place` or of a value, and no report shows it. */
  readonly meaning?: PartMeaning;
  readonly children?: readonly Part[];
}

export type PartMeaning =
  /** A printable text of the published bytes, and the offset at which it begins. */
  | { readonly kind: 'text-at'; readonly offset: number }
  /** For `order`: the things whose order differs, from the first place at which it does, as far as they are shown. */
  | {
      readonly kind: 'order';
      readonly of: OrderedThings;
      readonly published: readonly string[];
      readonly rebuilt: readonly string[];
    }
  /** How a content is compressed or stored, where the content itself is the same. */
  | { readonly kind: 'compressed-form' }
  /** A field of a gzip header: time, name or comment of the input, the flags that say which of them there are, the system, the level. */
  | { readonly kind: 'gzip-input' }
  /** A time that the format stores, whatever it says of it. */
  | { readonly kind: 'time' }
  /** A check sum, a length or an offset: it follows from the rest of the content. */
  | { readonly kind: 'derived' }
  /** An id of a build: a digest of the file as it was linked, before anything was stripped off it, or of what it was built from. */
  | { readonly kind: 'build-id' }
  /** Instructions of a program. */
  | { readonly kind: 'machine-code' }
  /** A function that differs, with its instructions for a disassembler. */
  | { readonly kind: 'function'; readonly code: MachineCode }
  /** When a member of an archive was changed or read. */
  | { readonly kind: 'member-time' }
  /** Owner or mode of a member of an archive, or the system that it comes from. */
  | { readonly kind: 'member-owner' }
  /** A file of a jar that holds a signature (JAR file specification, signed JAR file). */
  | { readonly kind: 'jar-signature' }
  /** A section of an ELF file with the strings of DWARF. */
  | { readonly kind: 'debug-strings' }
  /** Any other section of DWARF. */
  | { readonly kind: 'debug-section' };

/** The instructions of one function on both sides, and for which processor they are. */
export interface MachineCode {
  /** `e_machine` of the file (System V ABI, ELF Header). */
  readonly machine: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** Attacker-controlled, as is `rebuilt`. */
  readonly published: Uint8Array;
  readonly rebuilt: Uint8Array;
}

export type OrderedThings = 'members' | 'keys' | 'items' | 'constants';

/** A run of lines that differ, with its context. */
export interface LineHunk {
  /** Line numbers from 1. */
  readonly publishedStart: number;
  readonly rebuiltStart: number;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly side: 'both' | 'published' | 'rebuilt';
  /** Pieces of the line; `changed` marks the words that differ. */
  readonly pieces: readonly { readonly text: string; readonly changed: boolean }[];
}

/** Bytes around a range that differs. */
export interface ByteWindow {
  readonly publishedOffset: number;
  readonly rebuiltOffset: number;
  /** Hex digits of the bytes that are shown; more may differ. */
  readonly published: string;
  readonly rebuilt: string;
  /** The number of bytes that differ from here on before the sides agree again; undefined where that was not looked for. */
  readonly length: number | undefined;
}

/** The title of each format. */
export const formatTitles: Readonly<Record<FormatName, string>> = {
  'apk-index': 'APKINDEX',
  'apk-signature': 'signature of apk',
  ar: 'ar archive',
  beam: 'BEAM module',
  'berkeley-db': 'Berkeley DB',
  bzip2: 'bzip2',
  certificate: 'certificate or key',
  cpio: 'cpio archive',
  elf: 'ELF',
  font: 'font',
  'fontconfig-cache': 'fontconfig cache',
  gettext: 'gettext catalogue',
  gzip: 'gzip',
  'icon-cache': 'icon cache',
  'java-class': 'Java class',
  'java-manifest': 'Java manifest',
  json: 'JSON',
  'json-call': 'JSON in a call',
  minified: 'minified script',
  pdf: 'PDF',
  pe: 'PE',
  pkginfo: '.PKGINFO',
  png: 'PNG',
  'python-bytecode': 'Python bytecode',
  'r-data': 'R data',
  recipe: 'compiled recipe',
  'ruby-marshal': 'Ruby Marshal',
  'source-map': 'source map',
  spdx: 'SPDX',
  'sphinx-inventory': 'Sphinx inventory',
  sqlite: 'SQLite database',
  squashfs: 'squashfs image',
  tar: 'tar archive',
  text: 'text',
  xml: 'XML',
  xz: 'xz',
  yaml: 'YAML',
  zip: 'zip archive',
  zstd: 'zstd',
  binary: 'bytes',
};

/** The title of each kind of part. */
export const partTitles: Readonly<Record<PartKind, string>> = {
  value: 'value',
  missing: 'only in the published package',
  extra: 'only in the rebuilt package',
  order: 'order',
  moved: 'moved',
  text: 'lines',
  bytes: 'bytes',
  inside: 'inside',
  unread: 'not looked at',
};
