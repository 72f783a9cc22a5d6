/** Judges that are modules of Python. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const python = process.env['WOLFI_REPRO_PYTHON'] ?? 'python3';

/** `false`, or why a test that needs a module cannot run here. */
export function lacksModule(module: string): string | false {
  const found = spawnSync(python, ['-c', `import ${module}`]).status === 0;
  return found ? false : `no Python module ${module} (WOLFI_REPRO_PYTHON names a Python that has it)`;
}

/** What a program of Python prints as JSON. */
export function askPython(program: string, ...argv: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync(python, ['-c', program, ...argv], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
