/** What it costs to build for another architecture, and to hide what the machine has registered. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEmulator } from '../src/execute/processor/emulator.ts';
import { makeFormatsFolder, mountFormats } from '../src/execute/processor/own-formats.ts';
import { startInNamespaces } from '../src/execute/sandbox/namespace.ts';
import { lend, makeReach } from '../src/execute/sandbox/reach.ts';
import { labOptions } from '../test/conformance/lab-run.ts';
import { lab, sharedLab } from '../test/support/lab.ts';
import { medianOf, type Report } from './measure.ts';
import { verifyOnce } from './verify.ts';

const name = 'v0.59.1';

export async function benchEmulation(report: Report, rounds: number): Promise<void> {
  await benchMount(report, 10 * rounds);
  const missing =
    findEmulator('aarch64').static === undefined ? 'there is no static qemu-aarch64' : undefined;
  const subjects = [
    ['hello-shell-1.4.2-r3.apk', lab],
    ['flint-0.9.12-r4.apk', lab],
    ['libpebble-2.3.4-r1.apk', sharedLab],
  ] as const;
  report('verify, warm, in ms: the package for aarch64 under qemu, and its twin for x86_64');
  for (const [file, folder] of subjects) {
    const foreign = join(folder ?? '', 'aarch64/repository', name, 'aarch64', file);
    if (missing !== undefined || !existsSync(foreign)) {
      report(`  ${file}: left out, ${missing ?? 'the larger lab is not beside the checkout'}`);
      continue;
    }
    const pair = [foreign, join(folder!, 'repository', name, 'x86_64', file)] as const;
    const kept = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
    try {
      for (const path of pair) verifyOnce(path, kept);
      const samples = Array.from({ length: rounds }, () => pair.map((path) => verifyOnce(path, kept)));
      const [emulated, native] = [0, 1].map((at) => medianOf(samples.map((each) => each[at]!)));
      const ratio = medianOf(samples.map(([first, second]) => first! / second!));
      report(
        `  ${file.padEnd(28)}${emulated!.toFixed(0).padStart(8)}${native!.toFixed(0).padStart(8)}   ${ratio.toFixed(2)}`,
      );
    } finally {
      rmSync(kept, { recursive: true, force: true });
    }
  }
}

async function benchMount(report: Report, rounds: number): Promise<void> {
  const { ids } = labOptions().machine;
  const directory = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  makeFormatsFolder(directory);
  const reach = makeReach(ids, directory, []);
  await lend(ids, [directory]);
  const timed = async (script: string) => {
    const began = performance.now();
    await (await startInNamespaces(script, [], ids, { cwd: directory, reach })).ended;
    return performance.now() - began;
  };
  try {
    const samples: [number, number][] = [];
    for (let at = 0; at <= rounds; at++) samples.push([await timed(mountFormats), await timed(':')]);
    const [mounted, plain] = [0, 1].map((at) => medianOf(samples.slice(1).map((each) => each[at]!)));
    const added = medianOf(samples.slice(1).map(([first, second]) => first - second));
    report(
      `namespaces with a binfmt_misc of their own: ${mounted!.toFixed(1)} ms, without ${plain!.toFixed(1)} ms, ${added.toFixed(1)} ms more`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
