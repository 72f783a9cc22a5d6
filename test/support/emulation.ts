/** Packages for aarch64 verified by the program itself, as somebody, on this machine or on one that a test makes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { architectureOfMachine } from '../../src/execute/processor/architectures.ts';
import { findEmulator } from '../../src/execute/processor/emulator.ts';
import { processorHost } from '../../src/execute/processor/host.ts';
import { labOptions } from '../conformance/lab-run.ts';
import { lab, program } from './lab.ts';
import { labEnvironment, lacksForeignEnvironment } from './lab-environment.ts';
import { cannotSandbox, folderOf } from './sandboxes.ts';
import { type Identity, identities } from './users.ts';

const [, asUser] = identities as [Identity, Identity];
export const foreignLab: string = join(lab, 'aarch64');
export const helloShell: string = join(foreignLab, 'repository/v0.59.1/aarch64/hello-shell-1.4.2-r3.apk');
export const argv0: string = join(foreignLab, 'repository/v0.59.1/aarch64/argv0-1.0.0-r0.apk');
export const emulator: string | undefined = findEmulator('aarch64').static;
export const material: string = mkdtempSync('/var/tmp/wolfi-repro-emulation-');
process.once('exit', () => rmSync(material, { recursive: true, force: true }));

const isNative = architectureOfMachine(process.arch) === 'x86_64';
export const cannotEmulate: string | false =
  cannotSandbox(asUser) ||
  (isNative ? false : 'the machine is not x86_64') ||
  (emulator === undefined ? 'qemu-user-static is not installed' : false) ||
  ((await hasOwnFormats())
    ? false
    : 'the kernel gives a user namespace no binfmt_misc of its own (before 6.7)');
export const cannotRebuild: string | false = cannotEmulate || lacksForeignEnvironment(helloShell, argv0);

async function hasOwnFormats(): Promise<boolean> {
  if (process.platform !== 'linux' || cannotSandbox(asUser) !== false) return false;
  return processorHost(() => join(material, 'runs'), labOptions().machine.ids).mountsOwnFormats();
}

export interface Judged {
  readonly file: string;
  readonly verdict: string;
  readonly reason?: string;
  readonly failure?: { readonly got?: string };
  readonly emulation?: { readonly program: string; readonly version: string; readonly registered: string };
  readonly caveats: readonly string[];
}

export function verify(prefix: readonly string[], identity: Identity, argv: readonly string[]): Judged {
  return verifyAll(prefix, identity, argv).packages[0]!;
}

export interface Run {
  readonly packages: readonly Judged[];
  readonly crossChecks?: unknown;
}

export function verifyAll(prefix: readonly string[], identity: Identity, argv: readonly string[]): Run {
  const cache = folderOf(identity);
  try {
    const line = [...prefix, ...identity.prefix, process.execPath, program, 'verify', '--format', 'json'];
    const known = ['--cache', cache, '--key', join(lab, 'lab.rsa.pub'), '--repository', labEnvironment ?? ''];
    const { stdout, stderr } = spawnSync(line[0]!, [...line.slice(1), ...known, ...argv], {
      cwd: '/',
      encoding: 'utf8',
    });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as Run;
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}
