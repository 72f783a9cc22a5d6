/** Go's module proxies (go.dev/ref/mod, "GOPROXY protocol") and checksum databases (go.dev/design/25530-sumdb). */
import { textMember } from '../../formats/bounded-json.ts';
import { subjectOf } from '../pin.ts';
import { jsonOf, type MetadataShape, type Shape, type ShapedAnswer, textOf, wholeOf } from './shape.ts';

/** A proxy may be below any path, and a module's path has any number of parts. */
const mostPrefixes = 32;

export function recogniseGo(answer: ShapedAnswer): Shape | undefined {
  const { segments } = answer;
  if (segments.at(-1) === '@latest') return moduleDescription(answer, segments.slice(0, -1));
  if (segments.at(-2) !== '@v') return recogniseDatabase(answer);
  const [path, file] = [segments.slice(0, -2), segments.at(-1)!];
  if (file === 'list') {
    const isList = textOf(answer)
      ?.split('\n')
      .every((line) => line.trim() === '' || line.startsWith('v'));
    return isList === true ? metadata('list', answer, path) : undefined;
  }
  const version = unescapeCase(file.slice(0, file.lastIndexOf('.')));
  const scope = scopeOf(answer, path);
  const subjects = (kind: 'go' | 'go.mod') =>
    modulesOf(path).map((module) => subjectOf(kind, module, version));
  if (file.endsWith('.info')) return moduleDescription(answer, path);
  if (file.endsWith('.mod'))
    return { kind: 'object', subjects: subjects('go.mod'), scope, hash: { kind: 'go-mod' } };
  return file.endsWith('.zip')
    ? { kind: 'object', subjects: subjects('go'), scope, hash: { kind: 'module-zip' } }
    : undefined;
}

function moduleDescription(answer: ShapedAnswer, path: readonly string[]): Shape | undefined {
  return textMember(jsonOf(answer) ?? {}, 'Version') === undefined
    ? undefined
    : metadata('description', answer, path);
}

function metadata(
  what: 'list' | 'description',
  answer: ShapedAnswer,
  path: readonly string[],
): MetadataShape {
  const names = modulesOf(path).map((module) => subjectOf('go', module));
  return { kind: 'metadata', what, scope: scopeOf(answer, path), names };
}

function scopeOf({ url }: ShapedAnswer, path: readonly string[]): string {
  return `go ${url.origin}/${path.join('/')}`;
}

/** The possible readings of a path, since any number of its parts may belong to the proxy; the longest first. */
function modulesOf(path: readonly string[]): string[] {
  const count = Math.min(path.length, mostPrefixes);
  return Array.from({ length: count }, (_, index) => unescapeCase(path.slice(index).join('/')));
}

/** `!x` stands for `X` (golang.org/x/mod/module, EscapePath). */
function unescapeCase(text: string): string {
  return text.replace(/!([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

const treeLine = /^go\.sum database tree$/m;
const tilePath = /^tile\/8\/(?:data|\d{1,2})(?:\/x\d{3}){0,6}\/\d{3}(?:\.p\/\d{1,3})?$/;
/** 2^8 hashes of 32 bytes. A tile of data has that many records instead. */
const largestTile = 8192;

/** Records and hashes of a log of sums: a client compares them, and no build takes them in. */
function recogniseDatabase(answer: ShapedAnswer): Shape | undefined {
  const at = answer.segments.indexOf('sumdb');
  const path = answer.segments.slice(at < 0 ? 0 : at + 2).join('/');
  if (path.startsWith('lookup/') || path === 'latest')
    return treeLine.test(textOf(answer) ?? '') ? log : undefined;
  // Whether a proxy has the database: an empty answer says that it has.
  if (at >= 0 && path === 'supported') return textOf(answer)?.trim() === '' ? log : undefined;
  const content = tilePath.test(path) ? answer.content() : undefined;
  if (content === undefined) return undefined;
  const isHashes = content.length <= largestTile && content.length % 32 === 0 && !path.includes('/data/');
  return isHashes ? log : undefined;
}

const log: MetadataShape = { kind: 'metadata', what: 'checksum', ...wholeOf('go') };
