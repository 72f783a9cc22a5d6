/** Values with named members and lists, whatever they were written in, compared by path. */
import type { FormatName, Part } from '../part.ts';
import { alignLists, type Run } from './alignment.ts';
import type { CompareContext } from './comparator.ts';
import { insideParts, numbered, orderParts, valuePart } from './parts.ts';
import { compareStrings } from './text.ts';

export type Structure =
  | string
  | number
  | boolean
  | null
  | readonly Structure[]
  | ReadonlyMap<string, Structure>
  | { readonly [key: string]: Structure };

export interface StructureContext {
  readonly format: FormatName;
  readonly context: CompareContext;
}

/** Every difference with its path, like `packages[2].name`; members by key, items aligned. */
export function compareStructures(
  { format, context }: StructureContext,
  published: Structure,
  rebuilt: Structure,
  path = '',
): Part[] {
  return new StructureComparison(format, context).compare(path, published, rebuilt);
}

/** A text for a structure that is the same for the same structure. */
export function structureText(value: Structure): string {
  if (isList(value)) return `[${value.map(structureText).join(',')}]`;
  if (!isMembers(value)) return JSON.stringify(value);
  const members = [...membersOf(value)].map(([key, each]) => `${JSON.stringify(key)}:${structureText(each)}`);
  return `{${members.join(',')}}`;
}

export function isList(value: Structure): value is readonly Structure[] {
  return Array.isArray(value);
}

export function isMembers(
  value: Structure,
): value is ReadonlyMap<string, Structure> | { readonly [key: string]: Structure } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function membersOf(
  value: ReadonlyMap<string, Structure> | { readonly [key: string]: Structure },
): ReadonlyMap<string, Structure> {
  return value instanceof Map ? value : new Map(Object.entries(value));
}

/** Deeper than any bound on what is parsed. */
const deepest = 200;

class StructureComparison {
  readonly #format: FormatName;
  readonly #context: CompareContext;
  #depth = 0;

  constructor(format: FormatName, context: CompareContext) {
    this.#format = format;
    this.#context = context;
  }

  compare(path: string, published: Structure, rebuilt: Structure): Part[] {
    this.#context.work.spend(1);
    this.#depth += 1;
    try {
      if (this.#depth > deepest) return [valuePart(this.#format, path, textOf(published), textOf(rebuilt))];
      if (isList(published) && isList(rebuilt)) return this.#lists(path, published, rebuilt);
      if (isMembers(published) && isMembers(rebuilt)) {
        return this.#members(path, membersOf(published), membersOf(rebuilt));
      }
      return this.#scalars(path, published, rebuilt);
    } finally {
      this.#depth -= 1;
    }
  }

  #scalars(path: string, published: Structure, rebuilt: Structure): Part[] {
    if (Object.is(published, rebuilt)) return [];
    const bothTexts = typeof published === 'string' && typeof rebuilt === 'string';
    if (bothTexts && published.includes('\n') && rebuilt.includes('\n')) {
      return [
        ...insideParts(this.#format, path, compareStrings(this.#format, published, rebuilt, this.#context)),
      ];
    }
    const shown = bothTexts ? [published, rebuilt] : [textOf(published), textOf(rebuilt)];
    return [valuePart(this.#format, path, shown[0], shown[1])];
  }

  #members(
    path: string,
    published: ReadonlyMap<string, Structure>,
    rebuilt: ReadonlyMap<string, Structure>,
  ): Part[] {
    const parts: Part[] = [];
    for (const [key, value] of published) {
      const place = memberPath(path, key);
      const other = rebuilt.get(key);
      if (other === undefined) parts.push(valuePart(this.#format, place, textOf(value), undefined));
      else parts.push(...this.compare(place, value, other));
    }
    for (const [key, value] of rebuilt) {
      if (published.has(key)) continue;
      parts.push(valuePart(this.#format, memberPath(path, key), undefined, textOf(value)));
    }
    parts.push(...orderParts(this.#format, path, [...published.keys()], [...rebuilt.keys()]));
    return parts;
  }

  #lists(path: string, published: readonly Structure[], rebuilt: readonly Structure[]): Part[] {
    const left = published.map(structureText);
    const right = rebuilt.map(structureText);
    this.#context.work.spend(sizeOf(left) + sizeOf(right));
    const runs = alignLists(left, right, this.#context.limits.edits, this.#context.work);
    if (runs.length > 0 && sameItems(left, right)) {
      return [...orderParts(this.#format, path, numbered(left), numbered(right))];
    }
    return runs.flatMap((run) => this.#run(path, published, rebuilt, run));
  }

  /** Items in one another's place are compared with each other; what is over is missing or extra. */
  #run(path: string, published: readonly Structure[], rebuilt: readonly Structure[], run: Run): Part[] {
    const left = published.slice(run.publishedStart, run.publishedEnd);
    const right = rebuilt.slice(run.rebuiltStart, run.rebuiltEnd);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
      const place = `${path}[${(at < left.length ? run.publishedStart : run.rebuiltStart) + at}]`;
      const [a, b] = [left[at], right[at]];
      if (a !== undefined && b !== undefined) return this.compare(place, a, b);
      return [valuePart(this.#format, place, optionalText(a), optionalText(b))];
    }).flat();
  }
}

function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 1 + (text.length >> 4), 0);
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const [a, b] = [left.toSorted(), right.toSorted()];
  return a.every((text, at) => text === b[at]);
}

function memberPath(path: string, key: string): string {
  const plain = /^[\w-]+$/.test(key);
  if (path === '') return plain ? key : `[${JSON.stringify(key)}]`;
  return plain ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function textOf(value: Structure): string {
  return typeof value === 'string' ? value : structureText(value);
}

function optionalText(value: Structure | undefined): string | undefined {
  return value === undefined ? undefined : textOf(value);
}
