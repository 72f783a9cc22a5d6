/** The gateway to the `yaml` package: bytes of unknown origin to a bounded tree of what yaml.v3 can have written. */
import { createRequire } from 'node:module';
import type { CST, Pair, ParsedNode, YAMLMap, Scalar as YamlScalar } from 'yaml';
import { decodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { LocatedNode, Mapping, Node, Scalar, TextPlace, YamlFault } from './yaml-node.ts';

interface Limits {
  readonly bytes: number;
  readonly tokens: number;
}

/** Real recipes have less than 100 KB, some ten thousand tokens and a depth of ten. */
const limitsOfRecipes: Limits = { bytes: 1 << 20, tokens: 100_000 };
/** Lock files of ten thousand packages have 5 MB and some hundred thousand tokens. */
const limitsOfLockFiles: Limits = { bytes: 1 << 24, tokens: 1_500_000 };
const maxDepth = 64;

const binaryTag = 'tag:yaml.org,2002:binary';

/**
 * The characters that yaml.v3 escapes, encodes or cannot write: control characters, bytes that are not UTF-8, byte order marks,
 * and the line separators, which are line breaks to yaml.v3 and text to the `yaml` package.
 */
const neverRaw = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

type Yaml = typeof import('yaml');

/** Loaded when first needed: it would take a good part of the start-up time of every command. */
const require = createRequire(import.meta.url);

/**
 * Parses one YAML document whose top is a mapping.
 *
 * Throws `recipe-unreadable` for everything else: syntax errors, further documents, aliases, anchors, tags other
 * than `!!binary`, duplicate keys, keys that are not scalars, and documents that are too large, too deep or have too many tokens.
 */
export function parseYaml(bytes: Uint8Array): Mapping {
  const [document, ...others] = parseDocuments(bytes, limitsOfRecipes);
  if (others.length > 0) throw unreadable('has more than one document');
  if (document?.kind !== 'mapping') throw unreadable('is not a mapping');
  return document;
}

/** The documents of a lock file, which may be larger than a recipe; those that are not mappings are left out. Throws like `parseYaml`. */
export function parseLockYaml(bytes: Uint8Array): readonly Mapping[] {
  return parseDocuments(bytes, limitsOfLockFiles).filter((document) => document.kind === 'mapping');
}

/**
 * Parses one YAML document that people write, such as a file of settings, by the core schema of YAML 1.2; every node knows its place. Faults,
 * of the kinds that `parseYaml` throws, are values.
 */
export function parseLocatedYaml(bytes: Uint8Array): LocatedNode | YamlFault {
  if (bytes.length > limitsOfRecipes.bytes) return faultAt(`is larger than ${limitsOfRecipes.bytes} bytes`);
  const text = decodeBytes(bytes);
  const placeOf = placesIn(text);
  const raw = neverRaw.exec(text);
  if (raw !== null) return faultAt('has a character that is not text', placeOf(raw.index));
  const yaml: Yaml = require('yaml');
  try {
    const documents = compose(yaml, text, limitsOfRecipes.tokens, 'core', faulty);
    const error = documents.flatMap(({ errors }) => errors)[0];
    if (error !== undefined) return faultAt(`is not YAML: ${error.message}`, placeOf(error.pos[0]));
    if (documents.length > 1) return faultAt('has more than one document', placeOf(documents[1]!.range[0]));
    return locate(yaml, documents[0]?.contents ?? null, placeOf);
  } catch (thrown) {
    if (thrown instanceof FaultyYaml) return thrown.fault;
    throw thrown;
  }
}

/**
 * A document with items of the list below one key of its top removed by their numbers, and others added behind it; everything else stays, comments and order included. Fails with `usage` for what
 * `parseLocatedYaml` finds faulty, and where there is no such list.
 */
export function editYamlList(
  bytes: Uint8Array,
  key: string,
  { remove, add }: { readonly remove: ReadonlySet<number>; readonly add: readonly object[] },
): Buffer {
  const found = parseLocatedYaml(bytes);
  if (found.kind === 'fault') throw new Failure('usage', `the file ${found.problem}`);
  const yaml: Yaml = require('yaml');
  const text = decodeBytes(bytes);
  const document = yaml.parseDocument(text, { schema: 'core', resolveKnownTags: false, logLevel: 'silent' });
  const list = document.get(key);
  if (!yaml.isSeq(list)) throw new Failure('usage', `the file has no list of ${key}`);
  const isBlock = list.flow !== true && list.items.length > remove.size;
  if (isBlock) return Buffer.from(splicedList(yaml, text, list.items as ParsedNode[], { remove, add }));
  list.items = list.items.filter((_, at) => !remove.has(at));
  for (const item of add) list.add(document.createNode(item));
  // What is written in brackets stays there, but for a list of nothing.
  list.flow = list.items.length === 0 || list.items.length > add.length;
  return Buffer.from(document.toString({ lineWidth: 0 }));
}

/** Whole lines are cut out and put in, so nothing else is written again. A comment belongs to the item below it, and above the first to the list. */
function splicedList(
  yaml: Yaml,
  text: string,
  items: readonly ParsedNode[],
  { remove, add }: { readonly remove: ReadonlySet<number>; readonly add: readonly object[] },
): string {
  const lineEnd = (at: number) => text.indexOf('\n', at) + 1 || text.length + 1;
  const ends = items.map(({ range: [, end] }) => (text[end - 1] === '\n' ? end : lineEnd(end)));
  const first = text.lastIndexOf('\n', items[0]!.range[0]) + 1;
  const indent = /^ */.exec(text.slice(first, items[0]!.range[0]))![0];
  const kept = items.map((_, at) => (remove.has(at) ? '' : text.slice(ends[at - 1] ?? first, ends[at])));
  const added = add.flatMap((item) => yaml.stringify([item], { lineWidth: 0 }).trimEnd().split('\n'));
  const body = kept.join('');
  const lines = added.map((line) => `${indent}${line}\n`).join('');
  return `${text.slice(0, first)}${body}${body.endsWith('\n') ? '' : '\n'}${lines}${text.slice(ends.at(-1))}`;
}

class FaultyYaml extends Error {
  readonly fault: YamlFault;

  constructor(fault: YamlFault) {
    super(fault.problem);
    this.fault = fault;
  }
}

const faulty = (problem: string) => new FaultyYaml(faultAt(problem));

function faultAt(problem: string, at: TextPlace = { line: 1, column: 1 }): YamlFault {
  return { kind: 'fault', problem, at };
}

/** The place of an offset; the search is by halves. */
function placesIn(text: string): (offset: number) => TextPlace {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

function locate(yaml: Yaml, node: ParsedNode | null, placeOf: (offset: number) => TextPlace): LocatedNode {
  const at = placeOf(node?.range[0] ?? 0);
  const refuse = (problem: string): never => {
    throw new FaultyYaml(faultAt(problem, at));
  };
  if (node === null) return { kind: 'scalar', at, text: '', value: null };
  if (yaml.isAlias(node)) return refuse('has an alias');
  if (node.anchor !== undefined || node.tag !== undefined) return refuse('has an anchor or a tag');
  if (yaml.isScalar(node)) {
    const value = node.value as string | number | boolean | null;
    const text = typeof value === 'string' ? value : (node.source ?? '');
    // Only an escape can give half a surrogate pair; in our texts it would stand for a byte.
    return /\p{Cs}/u.test(text)
      ? refuse('escapes half a surrogate pair')
      : { kind: 'scalar', at, text, value };
  }
  if (yaml.isSeq(node))
    return {
      kind: 'sequence',
      at,
      items: node.items.map((each) => locate(yaml, each as ParsedNode, placeOf)),
    };
  const keys = new Set<string>();
  const entries = node.items.map(({ key, value }: Pair<ParsedNode, ParsedNode | null>) => {
    const name = locate(yaml, key, placeOf);
    if (name.kind !== 'scalar') throw new FaultyYaml(faultAt('has a key that is not a scalar', name.at));
    if (keys.has(name.text)) throw new FaultyYaml(faultAt(`has the key ${name.text} twice`, name.at));
    keys.add(name.text);
    const found = locate(yaml, value, placeOf);
    return { key: name.text, at: name.at, value: value === null ? { ...found, at: name.at } : found };
  });
  return { kind: 'mapping', at, entries };
}

function parseDocuments(bytes: Uint8Array, limits: Limits): Node[] {
  if (bytes.length > limits.bytes) throw unreadable(`is larger than ${limits.bytes} bytes`);
  const text = decodeBytes(bytes);
  if (neverRaw.test(text)) throw unreadable('has characters that are never written as they are');
  const yaml: Yaml = require('yaml');
  return composeDocuments(yaml, text, limits.tokens).map((top) => convert(yaml, top));
}

/** The top nodes of all documents. The package's lexer, parser and composer are joined by hand, with `tokens` between them. */
function composeDocuments(yaml: Yaml, text: string, mostTokens: number): unknown[] {
  const documents = compose(yaml, text, mostTokens, 'failsafe', unreadable);
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (error !== undefined) throw unreadable('is not YAML', error);
  return documents.map(({ contents }) => contents ?? null);
}

function compose(
  yaml: Yaml,
  text: string,
  mostTokens: number,
  schema: 'failsafe' | 'core',
  refused: (problem: string) => Error,
) {
  const composer = new yaml.Composer({
    schema,
    resolveKnownTags: false,
    // The package's own check compares each key with all others of its mapping.
    uniqueKeys: false,
    keepSourceTokens: true,
    logLevel: 'silent',
  });
  return [...composer.compose(tokens(yaml, text, mostTokens, refused), true, text.length)];
}

/** Syntax tokens, with a stop where composing them could exhaust time, memory or the stack. */
function* tokens(
  yaml: Yaml,
  text: string,
  most: number,
  refused: (problem: string) => Error,
): Generator<CST.Token> {
  const parser = new yaml.Parser();
  let count = 0;
  for (const lexeme of new yaml.Lexer().lex(text)) {
    yield* parser.next(lexeme);
    count += 1;
    if (count > most) throw refused(`has more than ${most} tokens`);
    if (parser.stack.length > maxDepth) throw refused(`is nested deeper than ${maxDepth}`);
  }
  yield* parser.end();
}

function convert(yaml: Yaml, node: unknown): Node {
  if (node === null) return { kind: 'scalar', text: '', plain: true };
  if (yaml.isScalar(node)) return convertScalar(node);
  if (!yaml.isCollection(node)) throw unreadable('has an alias');
  if (node.anchor !== undefined || node.tag !== undefined) throw unreadable('has an anchor or a tag');
  if (yaml.isMap(node)) return convertMapping(yaml, node);
  return { kind: 'sequence', items: node.items.map((item) => convert(yaml, item)) };
}

function convertMapping(yaml: Yaml, node: YAMLMap): Mapping {
  const keys = new Set<string>();
  const entries = node.items.map((pair): [string, Node] => {
    const key = convert(yaml, pair.key);
    if (key.kind !== 'scalar') throw unreadable('has a key that is not a scalar');
    if (keys.has(key.text)) throw unreadable('has a key twice');
    keys.add(key.text);
    return [key.text, convert(yaml, pair.value)];
  });
  return { kind: 'mapping', entries };
}

function convertScalar(node: YamlScalar): Scalar {
  if (node.anchor !== undefined) throw unreadable('has an anchor');
  if (node.tag !== undefined && node.tag !== binaryTag) throw unreadable('has a tag');
  const text = String(node.value);
  // Only an escape can give half a surrogate pair; in our texts it would stand for a byte.
  if (/\p{Cs}/u.test(text)) throw unreadable('escapes half a surrogate pair');
  if (node.tag === binaryTag) return { kind: 'scalar', text: decodeBinary(text), plain: false };
  return { kind: 'scalar', text: lostNewline(node, text) + text, plain: node.type === 'PLAIN' };
}

function decodeBinary(text: string): string {
  const base64 = text.replaceAll('\n', '');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw unreadable('has binary data that is not base64');
  return decodeBytes(bytes);
}

/**
 * The newline that yaml.v3 lost. It loses the first newline of a block that begins with one, but gives the indentation as if the newline
 * were there. It gives the indentation only for such a newline or a space, and does not make a block of a single line; so the text
 * that melange had began with that newline.
 */
function lostNewline(node: YamlScalar, text: string): '' | '\n' {
  const token = node.srcToken;
  if (token?.type !== 'block-scalar') return '';
  const told = token.props.some((prop) => prop.type === 'block-scalar-header' && /[1-9]/.test(prop.source));
  const forSpace = text.startsWith(' ') && text.includes('\n');
  return told && !forSpace ? '\n' : '';
}

function unreadable(problem: string, cause?: unknown): Failure {
  return new Failure('recipe-unreadable', `the recipe ${problem}`, { cause });
}
