/** Packages with large directories, as a real melange builds them in a workspace of the caller's. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lab } from './lab.ts';

/** How many entries the directory of each package has, and how long their names are. */
export const largeDirectories: readonly { readonly entries: number; readonly length: number }[] = [
  { entries: 10, length: 20 },
  { entries: 170, length: 30 },
  { entries: 586, length: 30 },
  { entries: 1200, length: 9 },
  { entries: 1500, length: 120 },
  { entries: 5000, length: 24 },
];

const nameOf = (entries: number): string => `many-${entries}`;

const variable = (name: string): string => `$\u007b{${name}}}`;

/** Own text, without `uses:`: the first package is the origin, the others are subpackages. */
function recipeText(): string {
  const [first, ...others] = largeDirectories;
  const steps = ({ entries, length }: (typeof largeDirectories)[number], folder: string) => `
      - runs: |
          d=${folder}/usr/share/many
          mkdir -p $d
          cd $d
          filler=$(printf '%0${length}d' 0)
          i=0
          while [ $i -lt ${entries} ]; do
            name=$filler$((i * 7919 % 104729))
            : > n\${name: -${length - 1}}
            i=$((i + 1))
          done`;
  const subpackages = others.map(
    (each) => `
  - name: ${nameOf(each.entries)}
    pipeline:${steps(each, variable('targets.subpkgdir'))}`,
  );
  return `package:
  name: ${nameOf(first!.entries)}
  version: 1.0.0
  epoch: 0
  description: Directories of many entries
  copyright:
    - license: CC0-1.0
environment:
  contents:
    packages:
      - busybox
pipeline:${steps(first!, variable('targets.destdir')).replaceAll('\n    ', '\n')}
subpackages:${subpackages.join('')}
`;
}

export interface LargeBuild {
  readonly melange: string;
  /** Address of the environment's repository. */
  readonly repository: string;
  readonly work: string;
  /** The folder that melange builds in; it must not exist. */
  readonly workspace: string;
}

/** Paths of the packages. Not synchronous: the server of the environment may be in this process. */
export async function buildLargeDirectories(build: LargeBuild): Promise<string[]> {
  const { melange, repository, work, workspace } = build;
  const [recipe, out] = [join(work, 'many.yaml'), join(work, 'out')];
  writeFileSync(recipe, recipeText());
  mkdirSync(join(work, 'empty'));
  const child = spawn(
    melange,
    [
      ...['build', recipe, '--runner', 'bubblewrap', '--arch', 'x86_64', '--namespace', 'wolfi'],
      ...['--git-repo-url', 'https://github.com/wolfi-dev/os', '--license', 'Apache-2.0'],
      ...['--git-commit', '5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef', '--build-date', '2024-06-15T12:00:00Z'],
      ...['--source-dir', join(work, 'empty'), '--cache-dir', join(work, 'cache')],
      ...['--apk-cache-dir', join(work, 'apk-cache'), '--out-dir', out, '--generate-index=false'],
      ...['--repository-append', repository, '--keyring-append', `${repository}/lab.rsa.pub`],
      ...['--signing-key', join(lab, 'lab.rsa'), '--workspace-dir', workspace],
    ],
    { cwd: work, env: { PATH: process.env['PATH'] ?? '', HOME: work }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (exitCode !== 0) throw new Error(Buffer.concat(said).toString().slice(-4000));
  return largeDirectories.map(({ entries }) => join(out, 'x86_64', `${nameOf(entries)}-1.0.0-r0.apk`));
}
