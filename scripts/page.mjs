/** What the pages that scripts write have in common, and how scripts run the program. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup.mjs';

/**
 * One package of the program's JSON, as far as scripts look at it (docs/schema/result-1.json).
 * @typedef {object} Reported
 * @property {string} verdict
 * @property {string} [reason]
 * @property {{ kind: string }} [signature]
 * @property {{ message: string }} [failure]
 * @property {{ differences: Difference[] }} [comparison]
 * @property {{ unstable: unknown[], factors?: { factor: string, outcome: string }[], held?: { held: string[], outcome: string }[] }} [triangulation]
 * @property {{ fixes: { changes: { becomes: string }[] }[], trial?: { outcome: string } }} [fixes]
 * @property {{ explained: string, substitutions?: { kind: string, path: string }[], minimal?: boolean }} [explanation]
 *
 * @typedef {object} Difference
 * @property {string} section
 * @property {string} path
 * @property {string} kind
 * @property {string} [name]
 * @property {{ kind: string }[]} [causes]
 */

const program = join(root, 'dist/bin/wolfi-repro.js');

/**
 * `wolfi-repro verify`, with what it reports; fails where it reports nothing.
 * @param {readonly string[]} options
 * @param {readonly string[]} files
 * @returns {Reported[]} in the order of the files
 */
export function verifyFiles(options, files) {
  const argv = [program, 'verify', ...options, '--format', 'json', ...files];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).packages;
}

/**
 * A verdict with its reason.
 * @param {Pick<Reported, 'verdict' | 'reason'>} result
 */
export function verdictText({ verdict, reason }) {
  return reason === undefined ? verdict : `${verdict}: ${reason}`;
}

/**
 * Markdown.
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(head, rows) {
  /** @param {readonly (string | number)[]} cells */
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Orders `v0.9.1` before `v0.10.0`.
 * @param {string} a
 * @param {string} b
 */
export function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/**
 * Values by a key, in the order in which each key first occurred.
 * @template T
 * @param {Iterable<T>} list
 * @param {(value: T) => string} keyOf
 * @returns {Map<string, T[]>}
 */
export function groupedBy(list, keyOf) {
  const found = new Map();
  for (const value of list) found.set(keyOf(value), [...(found.get(keyOf(value)) ?? []), value]);
  return found;
}
