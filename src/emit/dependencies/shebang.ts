/** Scripts depend on the program that runs them. */

import { decodeBytes } from '../../bytes.ts';
import type { TreeEntry } from '../../execute/tree.ts';
import type { Content } from '../../formats/content.ts';
import type { Format } from '../../melange/format.ts';
import type { AnalysedPackage, Found, SkippedFile } from './analyser.ts';
import { baseName, fieldsOf, isOpenable } from './go-text.ts';

/** melange reads only this many bytes of a file. */
const firstBytes = 80;
/** Programs that are links in their packages, or that several packages provide in different versions. */
const ignoredPrograms: ReadonlySet<string> = new Set(['python3', 'python', 'sh', 'awk']);

/**
 * `cmd:<program>` for each file of the directories of programs, at any depth and with any mode, whose first
 * line names one (melange pkg/sca/sca.go).
 */
export function shebangs(analysed: AnalysedPackage): Found {
  const runtime: string[] = [];
  const skipped: SkippedFile[] = [];
  for (const entry of analysed.tree.entries) {
    const { path } = entry;
    if (!analysed.format.shebang.directories.some((directory) => path.startsWith(directory))) continue;
    const script = scriptAt(analysed, entry);
    if (script === undefined) continue;
    if (script === 'host') {
      skipped.push({ path, reason: 'host-link' });
      continue;
    }
    const program = programOf(script);
    if (program === '' && analysed.format.shebang.failsOnBlank)
      skipped.push({ path, reason: 'melange-fails' });
    if (program === undefined || program === '') continue;
    const name = baseName(program);
    if (!isIgnored(name, analysed.format)) runtime.push(`cmd:${name}`);
  }
  return { runtime, skipped };
}

function scriptAt(analysed: AnalysedPackage, entry: TreeEntry): Content | 'host' | undefined {
  if (!isOpenable(entry.path)) return undefined;
  if (entry.type === 'file') return entry.content;
  if (entry.type !== 'symlink' || !analysed.format.shebang.followsSymlinks) return undefined;
  const location = analysed.trees.locate(analysed.packageName, entry.path);
  if (location.kind === 'host') return 'host';
  return location.kind === 'found' && location.entry?.type === 'file' ? location.entry.content : undefined;
}

/** The program as it is written; empty where the line is just `#!`, undefined where no line names one. */
function programOf(content: Content): string | undefined {
  const text = decodeBytes(content.read(0, firstBytes));
  if (!text.startsWith('#!')) return undefined;
  const fields = fieldsOf(text.slice(2).split('\n', 1)[0]!);
  if (fields[0] !== '/usr/bin/env') return fields[0] ?? '';
  if (fields.length === 2) return fields[1];
  return fields[1] === '-S' && fields[2]?.startsWith('-') === false ? fields[2] : undefined;
}

function isIgnored(name: string, format: Format): boolean {
  if (name === 'luajit') return format.shebang.ignoresLuajit;
  if (name === 'ruby') return format.shebang.ignoresRuby;
  return ignoredPrograms.has(name);
}
