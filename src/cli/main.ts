#!/usr/bin/env node
/** The command line: one call, one exit code. */
import { maskAddresses } from '../address.ts';
import { findConfig, namedConfig } from './find-config.ts';
import { version } from './own-version.ts';

// Node's own exit code for an uncaught failure is that of a verdict.
process.once('uncaughtException', (failure) => {
  process.stderr.write(`wolfi-repro: internal: ${maskAddresses(failure.stack ?? String(failure))}\n`);
  process.exit(70);
});

// A rejected promise that is not awaited is a defect, but the packages of this call can still be judged.
let rejected = false;
process.on('unhandledRejection', (reason) => {
  rejected = true;
  process.stderr.write(`wolfi-repro: internal: ${reason instanceof Error ? reason.stack : reason}\n`);
});

const argv = process.argv.slice(2);

/** Two names and nothing else, which is what people compare most: nothing is left for the parser of the command line. */
function isPlainDiff([command, ...names]: readonly string[]): boolean {
  return (
    command === 'diff' && names.length === 2 && names.every((each) => each === '-' || /^[^-]/.test(each))
  );
}

// Other programs ask for the version most often, and the parser of the command line takes longer to load than Node itself.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${version}\n`);
} else if (isPlainDiff(argv) && findConfig(namedConfig(undefined)) === undefined) {
  const { plainDiff } = await import('./commands/diff-command.ts');
  process.exitCode = await plainDiff(argv[1]!, argv[2]!);
  if (rejected) process.exitCode = 70;
} else {
  const { runProgram } = await import('./program.ts');
  const exitCode = await runProgram(argv);
  process.exitCode = rejected ? 70 : exitCode;
}
