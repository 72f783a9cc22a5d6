/** Programs of this machine that judge or make content of languages. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function commandPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Each syft that is at hand: those that WOLFI_REPRO_SYFT names, or the one on the search path. */
export const syftPrograms: readonly string[] = (process.env['WOLFI_REPRO_SYFT'] ?? commandPath('syft') ?? '')
  .split(':')
  .filter((path) => path !== '');

/** Modules of the program, vendored: of any length, from hosts that are read in ways of their own, and none that a dictionary knows. */
const vendored: readonly string[] = [
  'lab.example/own-er/deep_path/lib/v2',
  'lab.example/short',
  'gopkg.in/lab-thing.v1',
  'google.golang.org/lab/part',
  'golang.org/x/lab-tool',
  'golang.org/x/crypto',
];

/** Puts a Go program called `tool` into a folder; the reason where that is not possible. */
export function makeGoProgram(directory: string): string | false {
  const go = commandPath('go');
  if (go === undefined) return 'no go on this machine';
  const code = mkdtempSync(join(directory, 'go-'));
  const versions = vendored.map((path, at) => ({
    path,
    version: path.endsWith('/v2') ? 'v2.0.1' : `v1.${at}.0-rc.1`,
  }));
  const requires = versions.map(({ path, version }) => `require ${path} ${version}\n`);
  writeFileSync(join(code, 'go.mod'), `module lab.example/tool\n\ngo 1.21\n\n${requires.join('')}`);
  const imports = vendored.map((path) => `import _ "${path}"\n`);
  writeFileSync(
    join(code, 'main.go'),
    `package main\n\n${imports.join('')}\nfunc main() { println("tool") }\n`,
  );
  for (const path of vendored) {
    mkdirSync(join(code, 'vendor', path), { recursive: true });
    writeFileSync(join(code, 'vendor', path, 'lib.go'), 'package lib\n');
  }
  const listed = versions.map(({ path, version }) => `# ${path} ${version}\n## explicit; go 1.21\n${path}\n`);
  writeFileSync(join(code, 'vendor/modules.txt'), listed.join(''));
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=vendor', GOTOOLCHAIN: 'local' };
  const built = spawnSync(go, ['build', '-buildvcs=false', '-o', join(directory, 'tool'), '.'], {
    cwd: code,
    env: environment,
  });
  return built.status === 0 ? false : 'go cannot build here';
}
