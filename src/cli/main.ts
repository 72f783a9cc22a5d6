#!/usr/bin/env node
/** The command line: one call, one exit code. */
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2));
