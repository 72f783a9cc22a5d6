/** What reaches the terminal: data on standard output, everything else on standard error. */
import { fstatSync } from 'node:fs';
import chalk from 'chalk';
import { maskAddresses } from '../address.ts';
import { printable } from '../bytes.ts';
import { asFailure, Failure, refusedPath } from '../failure.ts';
import { pageAddress } from '../report/report-context.ts';
import type { Style } from '../report/style.ts';
import { failureExitCodes, verdictExitCodes, verdictOrder } from '../verdict/verdict.ts';
import { writeError, writeOut } from './standard-streams.ts';

/** Colours where standard output takes them; chalk honours NO_COLOR and FORCE_COLOR. */
export function terminalStyle(color: boolean): Style {
  const same = (text: string): string => text;
  const noColor = !color || (process.env['NO_COLOR'] ?? '') !== '' || !mayHaveColours() || chalk.level === 0;
  if (noColor) return { good: same, bad: same, warn: same, faint: same, strong: same };
  return { good: chalk.green, bad: chalk.red, warn: chalk.yellow, faint: chalk.dim, strong: chalk.bold };
}

/** Whether chalk has to be asked, which takes as long to load as everything else about printing: it gives colours to terminals, where they are forced, and in Azure Pipelines. */
function mayHaveColours(): boolean {
  return mayBeTerminal() || ['FORCE_COLOR', 'TF_BUILD'].some((name) => name in process.env);
}

/** Whether Node has to be asked, which loads for it what sockets are made of: a terminal is a device. */
function mayBeTerminal(): boolean {
  return fstatSync(1).isCharacterDevice();
}

/** Width of the terminal on standard output; undefined where that is not a terminal: lines are then not wrapped. */
export function terminalColumns(): number | undefined {
  return mayBeTerminal() && process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
}

export function printData(text: string): void {
  writeOut(text);
}

export function printNote(text: string): void {
  writeError(`${text}\n`);
}

/** The text of a defect with the place where it happened. */
export function defectText(thrown: unknown): string {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return printable(maskAddresses(text)).replaceAll('\\x0a', '\n');
}

/** The unexpected error behind the failure of a package. */
function defectOf(failure: unknown): unknown {
  return failure instanceof Failure && failure.class === 'internal' ? (failure.cause ?? failure) : failure;
}

/** The exit code of several packages: that of the worst. */
export function worstExitCode(codes: readonly number[]): number {
  return verdictOrder.map((kind) => verdictExitCodes[kind]).find((code) => codes.includes(code)) ?? 0;
}

/** Says what went wrong and returns the exit code for it. */
export function reportFailure(thrown: unknown): number {
  const failure = defectOf(asFailure(thrown));
  if (!(failure instanceof Failure)) {
    printNote(`wolfi-repro: internal: ${defectText(failure)}`);
    return failureExitCodes.internal;
  }
  printNote(`wolfi-repro: ${failure.code}: ${printable(failure.message)}`);
  if (failure.expected !== undefined) printNote(`  expected ${printable(failure.expected)}`);
  if (failure.got !== undefined) printNote(`  got      ${printable(failure.got)}`);
  if (failure.script !== undefined) printNote(`  script   ${printable(failure.script)}`);
  const path = refusedPath(failure);
  if (path !== undefined) printNote(`  path     ${printable(path)}`);
  if (failure.hint !== undefined) printNote(`  hint     ${printable(failure.hint)}`);
  if (failure.class !== 'usage' && failure.class !== 'internal')
    printNote(`  about    ${pageAddress({}, `docs/verdicts.md#${failure.code}`)}`);
  switch (failure.class) {
    case 'usage':
    case 'internal':
      return failureExitCodes[failure.class];
    case 'rejected':
    case 'inconclusive':
    case 'build-failed':
      return verdictExitCodes[failure.class];
  }
}
