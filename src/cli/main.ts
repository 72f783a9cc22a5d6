#!/usr/bin/env node
/** The command line: one call, one exit code. */
import { maskAddresses } from '../address.ts';
import { hasSettings } from './find-config.ts';
import { version } from './own-version.ts';
import { writeError, writeOut } from './standard-streams.ts';

// Node's own exit code for an uncaught failure is that of a verdict.
process.once('uncaughtException', endAsDefect);

// A rejected promise that is not awaited is a defect, but the packages of this call can still be judged.
let rejected = false;
process.on('unhandledRejection', (reason) => {
  rejected = true;
  writeDefect(reason);
});

const argv = process.argv.slice(2);

/** Two names and nothing else, which is what people compare most: nothing is left for the parser of the command line. */
function isPlainDiff([command, ...names]: readonly string[]): boolean {
  return (
    command === 'diff' && names.length === 2 && names.every((each) => each === '-' || /^[^-]/.test(each))
  );
}

/** Runs the call and returns its exit code. */
async function main(): Promise<number> {
  const report = await watched();
  const exitCode = await run();
  report?.();
  return exitCode;
}

/** Watches whoever started this process to judge for it, where somebody did; returns what reports to it. */
async function watched(): Promise<(() => void) | undefined> {
  const descriptor = process.env['WOLFI_REPRO_WATCHED'];
  if (descriptor !== '3') return undefined;
  delete process.env['WOLFI_REPRO_WATCHED'];
  const { watch } = await import('./watched.ts');
  return watch(Number(descriptor));
}

async function run(): Promise<number> {
  // Other programs ask for the version most often, and the parser of the command line takes longer to load than Node itself.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    writeOut(`${version}\n`);
    return 0;
  }
  if (isPlainDiff(argv) && !hasSettings(undefined)) {
    const { plainDiff } = await import('./commands/diff-command.ts');
    return plainDiff(argv[1]!, argv[2]!);
  }
  const { runProgram } = await import('./program.ts');
  return runProgram(argv);
}

function endAsDefect(failure: unknown): never {
  writeDefect(failure);
  process.exit(70);
}

function writeDefect(failure: unknown): void {
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  writeError(`wolfi-repro: internal: ${maskAddresses(text)}\n`);
}

main().then((exitCode) => {
  process.exitCode = rejected ? 70 : exitCode;
}, endAsDefect);
