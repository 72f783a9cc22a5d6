/** Programs of this machine that judge or make content of languages. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function commandPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Each syft that is at hand: those that WOLFI_REPRO_SYFT names, or the one on the search path. */
export const syftPrograms: readonly string[] = (process.env['WOLFI_REPRO_SYFT'] ?? commandPath('syft') ?? '')
  .split(':')
  .filter((path) => path !== '');

/** Puts a Go program called `tool` into a folder; the reason where that is not possible. */
export function makeGoProgram(directory: string): string | false {
  const go = commandPath('go');
  if (go === undefined) return 'no go on this machine';
  const code = mkdtempSync(join(directory, 'go-'));
  writeFileSync(join(code, 'go.mod'), 'module lab.example/tool\n\ngo 1.21\n');
  writeFileSync(join(code, 'main.go'), 'package main\n\nfunc main() { println("tool") }\n');
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const built = spawnSync(go, ['build', '-buildvcs=false', '-o', join(directory, 'tool'), '.'], {
    cwd: code,
    env: environment,
  });
  return built.status === 0 ? false : 'go cannot build here';
}
