/** `wolfi-repro cache list|verify|prune`. */
import { counted } from '../../bytes.ts';
import { type CacheEntry, listCache, pruneCache, verifyCache } from '../../cache.ts';
import { callerIds } from '../../execute/sandbox/caller-ids.ts';
import { Failure } from '../../failure.ts';
import { cacheDirectory } from '../../inputs/cache-folder.ts';
import { printData } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';

export function cacheListCommand(raw: RawOptions): number {
  const entries = listCache(cacheDirectory(raw.cache));
  printData(entries.map(lineOf).join('') + totalOf(entries));
  return 0;
}

/** Exits with 1 where something was damaged; it has then been removed, and is fetched again when it is needed. */
export async function cacheVerifyCommand(raw: RawOptions): Promise<number> {
  const damaged = await verifyCache(cacheDirectory(raw.cache));
  printData(damaged.map((digest) => `damaged, removed: ${digest}\n`).join(''));
  return damaged.length === 0 ? 0 : 1;
}

export async function cachePruneCommand(raw: RawOptions): Promise<number> {
  const { olderThan, maxSize } = raw;
  if (olderThan === undefined && maxSize === undefined) {
    throw new Failure('usage', 'cache prune takes --older-than or --max-size');
  }
  const limits = {
    usedBefore: olderThan === undefined ? undefined : Date.now() - milliseconds(olderThan),
    mostBytes: maxSize === undefined ? undefined : bytesOf(maxSize),
  };
  const removed = await pruneCache(cacheDirectory(raw.cache), limits, callerIds());
  printData(`removed ${totalOf(removed)}`);
  return 0;
}

function lineOf({ kind, name, bytes, usedAt }: CacheEntry): string {
  const used = new Date(usedAt).toISOString().slice(0, 16);
  return `${kind.padEnd(11)} ${mebibytes(bytes).padStart(9)} MiB  ${used}Z  ${name}\n`;
}

function totalOf(entries: readonly CacheEntry[]): string {
  return `${counted(entries.length, 'entry', 'entries')}, ${mebibytes(entries.reduce((sum, { bytes }) => sum + bytes, 0))} MiB\n`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

const hour = 3600 * 1000;
const spans: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour };
const sizes: Readonly<Record<string, number>> = { M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

function milliseconds(text: string): number {
  return quantity(text, '--older-than', spans);
}

function bytesOf(text: string): number {
  return quantity(text, '--max-size', sizes);
}

function quantity(text: string, option: string, units: Readonly<Record<string, number>>): number {
  const match = /^(\d{1,9})([A-Za-z])$/.exec(text);
  const unit = match === null ? undefined : units[match[2]!];
  if (unit !== undefined) return Number(match![1]) * unit;
  const names = Object.keys(units).join(', ');
  throw new Failure('usage', `${option} takes a number and one of ${names}`, { got: text });
}
