/** pkg-config files: what they describe is provided, what they require is needed. */
import { decodeBytes } from '../../bytes.ts';
import { readBounded } from '../../formats/content.ts';
import type { AnalysedPackage, Found } from './analyser.ts';
import { baseName, isInDirectory, isOpenable } from './go-text.ts';
import { parsePackageLists, type RequiresKeyword } from './pkg-config-grammar.ts';

const directories = [
  'usr/local/lib/pkgconfig/',
  'usr/local/share/pkgconfig/',
  'usr/lib/pkgconfig/',
  'usr/lib64/pkgconfig/',
  'usr/share/pkgconfig/',
];
const needs: readonly RequiresKeyword[] = ['Requires', 'Requires.private', 'Requires.internal'];
const largestFile = 4 * 1024 * 1024;

/**
 * `pc:<name>=<version>` for each file and `pc:<name>` for each package it requires; outside the directories
 * that pkg-config searches, the file is vendored instead. A file that cannot be parsed gives nothing, nor does
 * a link (melange pkg/sca/sca.go).
 */
export function pkgConfig(analysed: AnalysedPackage): Found {
  const runtime: string[] = [];
  const provides: string[] = [];
  const vendored: string[] = [];
  for (const entry of analysed.tree.entries) {
    if (entry.type !== 'file' || !entry.path.endsWith('.pc') || !isOpenable(entry.path)) continue;
    const { content } = entry;
    const lists = parsePackageLists(decodeBytes(readBounded(content, 0, content.size, largestFile)));
    if (lists === undefined) continue;
    const described = `pc:${baseName(entry.path).slice(0, -'.pc'.length)}=${analysed.fullVersion}`;
    if (isInDirectory(entry.path, directories, { recursive: false })) {
      provides.push(described);
      for (const name of needs.flatMap((need) => lists.get(need) ?? [])) runtime.push(`pc:${name}`);
    } else vendored.push(described);
  }
  return { runtime, provides, vendored };
}
