/**
 * The step of a job that verifies: every setting comes as a variable (docs/configuration.md), results go to files, and on GitHub to the log, the summary
 * and the outputs of the step. It exits as the program does. It is run by action.yml and templates/verify/template.yml.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/bin/wolfi-repro.js', import.meta.url));
const report = process.env['WOLFI_REPRO_REPORT'] || 'wolfi-repro-report';
const endings = ['json', 'jsonl', 'sarif', 'xml', 'html', 'md', 'summary', 'github', 'codequality'];

mkdirSync(report, { recursive: true });
const outputs = endings.flatMap((ending) => ['--output', fileOf(ending)]);
const packages = (process.env['WOLFI_REPRO_PACKAGES'] || './packages/')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '');
// Nothing behind the dashes is an option, whatever a name begins with.
const argv = [program, 'verify', ...outputs, '--', ...packages];
const { status, signal } = spawnSync(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
if (signal !== null) console.error(`wolfi-repro was ended by ${signal}`);
const exitCode = status ?? 70;
if (existsSync(fileOf('github')) && process.env['GITHUB_ACTIONS'] === 'true')
  process.stdout.write(readFileSync(fileOf('github'), 'utf8'));
append('GITHUB_STEP_SUMMARY', existsSync(fileOf('summary')) ? readFileSync(fileOf('summary'), 'utf8') : '');
append('GITHUB_OUTPUT', outputText({ 'exit-code': String(exitCode), verdict: verdictOf(), report }));
process.exitCode = exitCode;

/** @param {string} ending */
function fileOf(ending) {
  return join(report, `result.${ending}`);
}

/** The worst verdict; empty where nothing was judged. */
function verdictOf() {
  if (!existsSync(fileOf('json'))) return '';
  const { verdict, packages: judged } = JSON.parse(readFileSync(fileOf('json'), 'utf8'));
  return judged.length === 0 ? '' : String(verdict);
}

/**
 * Outputs with a delimiter that no value can hold, as GitHub asks for values that others choose.
 * @param {Readonly<Record<string, string>>} values
 */
function outputText(values) {
  const delimiter = randomUUID();
  return Object.entries(values)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('');
}

/**
 * Appends to a file that a variable names; elsewhere than on GitHub there is none.
 * @param {string} variable
 * @param {string} text
 */
function append(variable, text) {
  const path = process.env[variable] ?? '';
  if (path !== '' && text !== '') appendFileSync(path, text);
}
