/**
 * Files that melange puts into the workspace so that compilers note the package in what they build
 * (melange pkg/build/compiler_config.go; docs/melange/running.md#compiler-files). Recipes read them, so every byte counts.
 */
import type { Format } from '../melange/format.ts';

export interface PackageNote {
  readonly namespace: string;
  /** The origin's name. */
  readonly name: string;
  /** `<version>-r<epoch>`. */
  readonly version: string;
  readonly architecture: string;
  /** CPE 2.3 text, where the recipe names a vendor. */
  readonly cpe: string | undefined;
}

export interface WorkspaceFile {
  readonly path: string;
  readonly text: string;
}

const clangVersions = { first: 15, last: 42 };
const clangArchitectures = ['aarch64', 'x86_64'];
const clangDrivers = ['clang', 'clang++'];

export function compilerFiles(format: Format, note: PackageNote): WorkspaceFile[] {
  const metadata = noteText(format, note);
  return [...gccSpec(format, metadata), ...clangConfig(format, metadata), ...noteHeader(format, metadata)];
}

/** The text of the note. Values are pasted, not escaped: melange fills a template. */
function noteText(format: Format, { namespace, name, version, architecture, cpe }: PackageNote): string {
  const members = [
    ['type', 'apk'],
    ['os', namespace],
    ['name', name],
    ['version', version],
    ['architecture', architecture],
    ...(format.appCpe && cpe !== undefined ? [['appCpe', cpe]] : []),
  ];
  return `{${members.map(([key, value]) => `"${key}":"${value}"`).join(',')}}`;
}

function gccSpec(format: Format, metadata: string): WorkspaceFile[] {
  if (format.gccSpec === 'none') return [];
  const flag = `--package-metadata=${metadata}`;
  const line = format.gccSpec === 'plain' ? `+ ${flag}` : `+ %{!r:${flag}}`;
  return [{ path: '.melange.gcc.spec', text: `*link:\n${line}\n` }];
}

function clangConfig(format: Format, metadata: string): WorkspaceFile[] {
  if (!format.clangConfig) return [];
  const files = [{ path: '.melange.clang.cfg', text: `-Xlinker --package-metadata='${metadata}'\n` }];
  for (let version = clangVersions.first; version <= clangVersions.last; version++) {
    for (const architecture of clangArchitectures) {
      for (const driver of clangDrivers) {
        const name = `${architecture}-unknown-linux-gnu-${driver}.cfg`;
        const text = `@../../.melange.clang.cfg\n@/etc/clang-${version}/${name}\n`;
        files.push({ path: `.config/clang-${version}/${name}`, text });
      }
    }
  }
  return files;
}

/** An ELF note (owner FDO, type 0xcafe1a7e) as C source. */
function noteHeader(format: Format, metadata: string): WorkspaceFile[] {
  if (!format.fdoHeader) return [];
  const guard = 'MELANGE_PACKAGE_NOTE_H';
  const json = 'MELANGE_PACKAGE_NOTE_JSON';
  const escaped = metadata.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const numbers = ['namesz', 'descsz', 'type'].map((member) => `unsigned int ${member}`);
  const members = [...numbers, 'char name[4]', `char desc[sizeof(${json})]`];
  const values = ['sizeof("FDO")', `sizeof(${json})`, '0xcafe1a7e', '"FDO"', json];
  const lines = [
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '#if defined(__ELF__)',
    `#define ${json} "${escaped}"`,
    '__attribute__((used, retain, section(".note.package"), aligned(4)))',
    'static const struct {',
    ...members.map((member) => `\t${member};`),
    '} melange_package_note = {',
    values.map((value) => `\t${value}`).join(',\n'),
    '};',
    '#endif',
    '#endif',
  ];
  return [{ path: '.melange.fdo.h', text: `${lines.join('\n')}\n` }];
}
