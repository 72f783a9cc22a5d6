/**
 * Modules of a Go program by its build record (Go debug/buildinfo; syft v1.57.1 syft/pkg/cataloger/golang), as far as the record itself
 * shows them.
 */

import { decodeBytes } from '../../../../bytes.ts';
import type { JsonObject } from '../../../../formats/bounded-json.ts';
import type { Content } from '../../../../formats/content.ts';
import { chunksOf } from '../../../tar-entries.ts';
import { hashMetadata } from '../artifact-id.ts';
import { printCpe } from '../cpe.ts';
import { goCpes } from '../found-packages.ts';
import type { HashGeneration } from '../hash.ts';
import { declaredLicense } from '../license.ts';
import { type LanguageRecord, unknownVersion } from './found-element.ts';
import { standardLibraryCpes } from './guesses.ts';

export interface GoBuild {
  /** `go1.26.4`, without experiments. */
  readonly version: string;
  readonly experiments: readonly string[];
  readonly main: GoModule | undefined;
  readonly modules: readonly GoModule[];
  readonly settings: readonly (readonly [key: string, value: string])[];
}

export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** `h1:` and base64; empty where the module was vendored. */
  readonly sum: string;
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const alignment = 16;
const headerBytes = 32;
const mostBytes = 4 * 1024 * 1024;

/** The build record of a program; undefined where there is none, or where it is of a form that is not read here (before Go 1.18). */
export function readGoBuild(content: Content): GoBuild | undefined {
  const at = findRecord(content);
  if (at === undefined) return undefined;
  const bytes = Buffer.from(content.read(at, mostBytes));
  const isInline = bytes.length > headerBytes && (bytes[15]! & 2) !== 0;
  if (!isInline) return undefined;
  const version = lengthPrefixed(bytes, headerBytes);
  const text = version === undefined ? undefined : lengthPrefixed(bytes, version.end);
  if (version === undefined || text === undefined) return undefined;
  return parseBuild(decodeBytes(version.bytes), text.bytes);
}

function findRecord(content: Content): number | undefined {
  let offset = 0;
  let rest = Buffer.alloc(0);
  for (const chunk of chunksOf(content)) {
    const joined = Buffer.concat([rest, chunk]);
    for (let at = joined.indexOf(magic); at >= 0; at = joined.indexOf(magic, at + 1)) {
      const place = offset - rest.length + at;
      if (place % alignment === 0) return place;
    }
    rest = joined.subarray(Math.max(0, joined.length - magic.length + 1));
    offset += chunk.length;
  }
  return undefined;
}

/** A string behind its length as a varint. */
function lengthPrefixed(bytes: Buffer, start: number): { bytes: Buffer; end: number } | undefined {
  let [length, shift, at] = [0, 0, start];
  for (; ; at += 1, shift += 7) {
    const byte = bytes[at];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const end = at + 1 + length;
  return end > bytes.length ? undefined : { bytes: bytes.subarray(at + 1, end), end };
}

/** Marks of 16 bytes stand around the text. */
const markBytes = 16;

function parseBuild(printed: string, text: Buffer): GoBuild | undefined {
  const lines = decodeBytes(text.subarray(markBytes, Math.max(markBytes, text.length - markBytes))).split(
    '\n',
  );
  const modules: GoModule[] = [];
  const settings: [string, string][] = [];
  let main: GoModule | undefined;
  let path = '';
  for (const line of lines) {
    const [kind, ...fields] = line.split('\t');
    const [first = '', version = '', sum = ''] = fields;
    const module = { path: first, version, sum };
    if (kind === 'path') path = first;
    else if (kind === 'mod') main = module;
    else if (kind === 'dep') modules.push(module);
    else if (kind === '=>' && modules.length > 0) modules[modules.length - 1] = module;
    else if (kind === 'build') {
      const cut = first.indexOf('=');
      const value = first.slice(cut + 1);
      // Values with spaces are quoted as Go quotes texts.
      if (cut < 0 || value.includes('"') || value.includes('`')) return undefined;
      settings.push([first.slice(0, cut), value]);
    } else if (line !== '') return undefined;
  }
  if (main === undefined && path !== '') main = { path, version: '(devel)', sum: '' };
  const [version = '', ...experiments] = printed.split(' X:');
  return {
    version,
    experiments: experiments.flatMap((each) => each.split(',')),
    main,
    modules,
    settings,
  };
}

/** The values that enter an id and that the build record does not show. */
export interface GoHidden {
  /** Whether syft's record has the field Symbols, which came between v1.46 and v1.49. */
  readonly symbols: boolean;
  /** Which cryptography syft recognised by the program's symbols. */
  readonly crypto: readonly string[];
  /** Whether the package URL has the whole path of a module, as from v1.39.0 on. */
  readonly urls: 'whole' | 'subpath';
}

/** The records of a program; undefined where its main module's version comes from something other than the record. */
export function goRecords(
  build: GoBuild,
  location: string,
  { generation, hidden }: { readonly generation: HashGeneration; readonly hidden: GoHidden },
): LanguageRecord[] | undefined {
  const own = new Map(build.settings);
  const isDevelopment = build.main?.version === '(devel)';
  if (isDevelopment && (own.has('vcs.revision') || own.has('-ldflags'))) return undefined;
  const metadataOf = (values: JsonObject) =>
    hashMetadata('GolangBinaryBuildinfoEntry', values, generation, hidden.symbols ? 'empty' : 'absent');
  const recordOf = (module: GoModule, settings: GoBuild['settings']): LanguageRecord => ({
    name: module.path,
    version: module.version === '(devel)' ? unknownVersion : module.version,
    ...common,
    licenses: [],
    metadata: metadataOf({
      goBuildSettings: settings.map(([key, value]) => ({ key, value })),
      goCompiledVersion: build.version,
      architecture: own.get('GOARCH'),
      h1Digest: module.sum,
      mainModule: build.main?.path,
      goCryptoSettings: hidden.crypto,
      goExperiments: build.experiments,
    }),
    purl: goPurl(module, hidden.urls),
    cpes: moduleCpes(module),
    makers: [],
    sha256: module.sum.startsWith('h1:')
      ? Buffer.from(module.sum.slice(3), 'base64').toString('hex')
      : undefined,
  });
  const common = { type: 'go-module', locations: [location] } as const;
  const library: LanguageRecord = {
    name: 'stdlib',
    version: build.version,
    ...common,
    licenses: [declaredLicense('BSD-3-Clause')!],
    metadata: metadataOf({ goCompiledVersion: build.version }),
    purl: `pkg:golang/stdlib@${build.version.replace(/^go/, '')}`,
    cpes: [],
    makers: [],
    guessed: standardLibraryCpes(build.version),
  };
  return [
    ...build.modules.map((module) => recordOf(module, [])),
    ...(build.main === undefined ? [] : [recordOf(build.main, build.settings)]),
    library,
  ];
}

/** The package URL of a module (syft golang/package.go `packageURL`): until v1.38.0 a path that is longer than three parts has a subpath. */
function goPurl({ path, version }: GoModule, urls: GoHidden['urls']): string {
  const parts = path.split('/');
  const most = urls === 'subpath' ? 3 : parts.length;
  const subpath = parts.length > most ? `#${parts.slice(most).join('/')}` : '';
  const shown = version === '(devel)' ? '' : `@${version.replaceAll('+', '%2B')}`;
  return `pkg:golang/${parts.slice(0, most).join('/')}${shown}${subpath}`;
}

/** The entries of NVD's dictionary, as syft carries it, for modules that Wolfi's documents show. */
const dictionary: Readonly<Record<string, { vendor: string; product: string; targetSoftware?: string }>> = {
  'golang.org/x/text': { vendor: 'golang', product: 'text' },
  'gopkg.in/yaml.v3': { vendor: 'yaml_project', product: 'yaml', targetSoftware: 'go' },
};

function moduleCpes({ path, version }: GoModule): readonly string[] {
  const known = goCpes(path, version);
  if (known !== undefined) return known;
  return Object.hasOwn(dictionary, path) ? [printCpe({ ...dictionary[path]!, version })] : [];
}
