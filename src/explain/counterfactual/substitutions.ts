/** Decides which published value answers which difference. */
import type { Apk, Section } from '../../apk/apk.ts';
import type { ApkEntry } from '../../apk/apk-entry.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import type { PkgInfoLine } from '../../apk/pkginfo.ts';
import type { ByteSource } from '../../byte-source.ts';
import type { Difference } from '../../compare/difference.ts';
import type { AttributeName, Substitution } from '../../emit/substitution.ts';
import type { DataEntry } from '../../emit/tar-entries.ts';
import type { TarEntry } from '../../emit/tar-writer.ts';
import { contentOf, emptyContent } from '../../formats/content.ts';
import { deflateEncoders } from '../../melange/deflate-encoder.ts';

/** A substitution, or the published signature section as it is. */
export type Answer = Substitution | { readonly kind: 'signature-section' };

export interface Published {
  readonly apk: Apk;
  readonly source: ByteSource;
}

/**
 * The order in which differences are answered. One that may follow from another (a field from a file, a compressed form from an
 * archive) waits until that has been answered: it needs an answer only if it is still there then.
 */
export function tierOf({ section, kind, name }: Difference): number {
  if (kind === 'field') return name === 'datahash' ? 4 : 1;
  if (kind === 'compression' || kind === 'gzip-header') return section === 'control' ? 3 : 2;
  return 0;
}

/** The answers to a difference, the likeliest first; none where no published value can replace the rebuilt one. */
export function answersTo(difference: Difference, published: Published): readonly Answer[] {
  const { section } = difference;
  if (section === 'signature') return [{ kind: 'signature-section' }];
  if (section !== 'control' && section !== 'data') return [];
  if (difference.kind === 'field') return fieldAnswer(difference, published.apk);
  if (difference.kind === 'compression' || difference.kind === 'gzip-header') {
    return [
      ...deflateEncoders.map((encoder) => ({ kind: 'encoder', section, encoder }) as const),
      form(section, published),
    ];
  }
  if (difference.kind === 'archive-end') {
    return [{ kind: 'archive-end', section, zeroBlocks: published.apk[section].tar.zeroBlocks }];
  }
  if (difference.kind === 'order') return orderAnswer(difference, section, published.apk);
  return entryAnswer(difference, section, published.apk);
}

function form(section: 'control' | 'data', { apk, source }: Published): Substitution {
  const { start, end, tarSha256 } = apk[section];
  return { kind: 'compressed-form', section, tarSha256, compressed: rangeOf(source, start, end) };
}

/** Bytes of a source from `start` to `end`, the latter exclusive. */
export function rangeOf(source: ByteSource, start: number, end: number): ByteSource {
  return {
    name: source.name,
    async *open() {
      let offset = 0;
      for await (const chunk of source.open()) {
        const piece = chunk.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
        if (piece.length > 0) yield piece;
        offset += chunk.length;
        if (offset >= end) return;
      }
    },
  };
}

function fieldAnswer({ name = '' }: Difference, { control }: Apk): readonly Answer[] {
  const { lines } = control.pkginfo;
  const own = lines.filter((line) => keyOf(line) === name);
  const first = lines.findIndex((line) => keyOf(line) === name);
  const before = first > 0 ? keyOf(lines[first - 1]!) : undefined;
  return [{ kind: 'field', name, lines: own.map(textOf), after: before }];
}

function keyOf(line: PkgInfoLine): string {
  return line.kind === 'field' ? line.key : line.kind;
}

function textOf(line: PkgInfoLine): string {
  return line.kind === 'field' ? `${line.key} = ${line.value}` : line.text;
}

function orderAnswer({ path }: Difference, section: 'control' | 'data', apk: Apk): readonly Answer[] {
  if (section === 'control' && path === '.PKGINFO') return contentAnswer(section, path, apk);
  return [{ kind: 'order', section, paths: apk[section].entries.map(entryPath) }];
}

function contentAnswer(section: 'control' | 'data', path: string, apk: Apk): readonly Answer[] {
  const entry = entryAt(apk[section], path);
  if (entry?.content === undefined) return [];
  return [{ kind: 'content', section, path, content: contentOf(entry.content) }];
}

const attributes: Partial<Record<Difference['kind'], AttributeName>> = {
  'link-target': 'link-target',
  mode: 'mode',
  owner: 'owner',
  'owner-name': 'owner-name',
  mtime: 'mtime',
  device: 'device',
  xattr: 'records',
  'pax-record': 'records',
};

function entryAnswer(
  { kind, path, rebuilt }: Difference,
  section: 'control' | 'data',
  apk: Apk,
): readonly Answer[] {
  if (kind === 'extra-entry') return [{ kind: 'no-entry', section, path }];
  if (kind === 'moved') return rebuilt === undefined ? [] : [{ kind, section, path, from: rebuilt }];
  const entry = entryAt(apk[section], path);
  if (entry === undefined) return [];
  if (kind === 'content') return contentAnswer(section, path, apk);
  if (kind === 'header-bytes') return [{ kind: 'header', section, path, raw: entry.raw }];
  const name = attributes[kind];
  if (name !== undefined) return [{ kind: 'attribute', section, path, name, header: headerOf(entry) }];
  return kind === 'missing-entry' || kind === 'type' ? wholeEntry(section, path, entry) : [];
}

function wholeEntry(section: 'control' | 'data', path: string, entry: ApkEntry): readonly Answer[] {
  if (entry.type === '0' && entry.content === undefined && entry.size > 0) return [];
  const content = entry.content === undefined ? emptyContent : contentOf(entry.content);
  const value: DataEntry = { header: headerOf(entry), content };
  return [{ kind: 'entry', section, path, entry: value }];
}

function entryAt({ entries }: Section, path: string): ApkEntry | undefined {
  return entries.find((entry) => entryPath(entry) === path);
}

function headerOf(entry: ApkEntry): TarEntry {
  const { name, type, mode, uid, gid, uname, gname, size, mtime, linkname, devmajor, devminor } = entry;
  const pax = new Map(entry.pax.map(({ key, value }) => [key, value]));
  return { name, type, mode, uid, gid, uname, gname, size, mtime, linkname, devmajor, devminor, pax };
}
