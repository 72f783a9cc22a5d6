/** Values with named members and lists, in whatever format they were written, compared by path. */

import type { Structure } from '../../formats/structured-value.ts';
import { addAll } from '../../lists.ts';
import type { FormatName, OrderedThings, Part } from '../part.ts';
import { alignLists, type Run } from './alignment.ts';
import type { CompareContext } from './comparator.ts';
import { insideParts, numbered, orderParts, unreadPart, valuePart } from './parts.ts';
import { compareStrings } from './text.ts';

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

function isList(value: Structure): value is readonly Structure[] {
  return Array.isArray(value);
}

function isMembers(
  value: Structure,
): value is ReadonlyMap<string, Structure> | { readonly [key: string]: Structure } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(
  value: ReadonlyMap<string, Structure> | { readonly [key: string]: Structure },
): ReadonlyMap<string, Structure> {
  return value instanceof Map ? value : new Map(Object.entries(value));
}

/** Deeper than every parser here allows. */
const deepest = 200;

class StructureComparison {
  readonly #format: FormatName;
  readonly #context: CompareContext;
  #depth = 0;
  #made = 0;

  constructor(format: FormatName, context: CompareContext) {
    this.#format = format;
    this.#context = context;
  }

  /** @param key under which the values stand; empty at the top and in lists */
  compare(path: string, published: Structure, rebuilt: Structure, key = ''): Part[] {
    if (this.#made > this.#context.limits.parts) return [];
    this.#context.work.spend(1);
    this.#depth += 1;
    try {
      if (this.#depth > deepest) return this.#value(path, published, rebuilt);
      if (isList(published) && isList(rebuilt)) return this.#lists(path, published, rebuilt, key);
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
    return this.#value(path, published, rebuilt);
  }

  /** Compares two values. Beyond the limit on parts none is made, and the last one says so. */
  #value(path: string, published: Structure | undefined, rebuilt: Structure | undefined): Part[] {
    this.#made += 1;
    const over = this.#made - this.#context.limits.parts;
    if (over > 1) return [];
    if (over === 1) return [unreadPart(this.#format, path, 'further differences are not listed')];
    return [valuePart(this.#format, path, optionalText(published), optionalText(rebuilt))];
  }

  #members(
    path: string,
    published: ReadonlyMap<string, Structure>,
    rebuilt: ReadonlyMap<string, Structure>,
  ): Part[] {
    const parts: Part[] = [];
    const keys = this.#format === 'recipe' ? 'members' : 'keys';
    for (const [key, value] of published) {
      const place = memberPath(path, key);
      const other = rebuilt.get(key);
      if (other === undefined) addAll(parts, this.#value(place, value, undefined));
      else addAll(parts, this.compare(place, value, other, key));
    }
    for (const [key, value] of rebuilt) {
      if (published.has(key)) continue;
      addAll(parts, this.#value(memberPath(path, key), undefined, value));
    }
    addAll(parts, orderParts(this.#format, keys, path, [...published.keys()], [...rebuilt.keys()]));
    return parts;
  }

  #lists(path: string, published: readonly Structure[], rebuilt: readonly Structure[], key: string): Part[] {
    const { work, limits } = this.#context;
    work.spend((published.length + rebuilt.length) >> 2);
    // Only the items between the common start and the common end are turned into text.
    const start = commonItems(published, rebuilt, (at) => at);
    const end = commonItems(published.slice(start), rebuilt.slice(start), (at) => -1 - at);
    const [a, b] = [
      published.slice(start, published.length - end),
      rebuilt.slice(start, rebuilt.length - end),
    ];
    const [left, right] = [a.map(structureText), b.map(structureText)];
    work.spend(sizeOf(left) + sizeOf(right));
    const runs = alignLists(left, right, limits.edits, work);
    if (runs.length > 0 && sameItems(left, right)) {
      return [...orderParts(this.#format, this.#ordered(key), path, numbered(left), numbered(right))];
    }
    return runs.flatMap((run) => this.#run(path, a, b, run, start));
  }

  /** What the items of a list are: melange orders those of recipes, and a set of Python has an order of its own (`formats/marshal.ts`). */
  #ordered(key: string): OrderedThings {
    if (this.#format === 'recipe') return 'members';
    return this.#format === 'python-bytecode' && key === 'set' ? 'constants' : 'items';
  }

  /** Compares items at the same place with each other; the rest is missing or extra. */
  #run(
    path: string,
    published: readonly Structure[],
    rebuilt: readonly Structure[],
    run: Run,
    offset: number,
  ): Part[] {
    const left = published.slice(run.publishedStart, run.publishedEnd);
    const right = rebuilt.slice(run.rebuiltStart, run.rebuiltEnd);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
      const number = offset + at + (at < left.length ? run.publishedStart : run.rebuiltStart);
      const place = `${path}[${number}]`;
      const [a, b] = [left[at], right[at]];
      if (a !== undefined && b !== undefined) return this.compare(place, a, b);
      return this.#value(place, a, b);
    }).flat();
  }
}

/** The number of items that agree from one end on. */
function commonItems(
  published: readonly Structure[],
  rebuilt: readonly Structure[],
  indexOf: (at: number) => number,
): number {
  const most = Math.min(published.length, rebuilt.length);
  let count = 0;
  while (count < most && isSame(published.at(indexOf(count))!, rebuilt.at(indexOf(count))!)) count += 1;
  return count;
}

function isSame(published: Structure, rebuilt: Structure): boolean {
  if (isList(published) && isList(rebuilt)) {
    return published.length === rebuilt.length && published.every((each, at) => isSame(each, rebuilt[at]!));
  }
  if (isMembers(published) && isMembers(rebuilt)) {
    const [left, right] = [[...membersOf(published)], [...membersOf(rebuilt)]];
    return (
      left.length === right.length &&
      left.every(([key, value], at) => key === right[at]![0] && isSame(value, right[at]![1]))
    );
  }
  return Object.is(published, rebuilt);
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
