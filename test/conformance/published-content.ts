/** Packages in production's forms with contents of our own, with what a syft of the test's choice finds in their SBOM. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { rebuild } from '../../src/rebuild.ts';
import { golden } from '../inference/production/support.ts';
import { changeControl, repack, textOf, withText } from '../support/parts.ts';
import { labOptions } from './lab-run.ts';

export function optionsWithSyft(syft: readonly string[], extra: Partial<RunOptions> = {}): RunOptions {
  const options = labOptions({ allowUnsigned: true, ...extra });
  return { ...options, machine: { ...options.machine, syft } };
}

interface Content {
  /** Of the one step of the recipe; `$OUT` is the folder of the package. */
  readonly script: string;
  /** Those that its SBOM is made with. */
  readonly options: RunOptions;
  /** Of the lab: whose form the document has. */
  readonly folder?: string;
}

/** Writes a package that holds what a script makes; its path. */
export async function publishContent(
  work: string,
  { script, options, folder = 'production-v0.59.1' }: Content,
): Promise<string> {
  const draft = join(work, 'hello-shell-1.4.2-r3.apk');
  const indented = `OUT=/home/build/melange-out/hello-shell\n${script}`.replace(/^/gm, '      ');
  const recipe = (text: string) => text.replace(/(?<=\n {4}runs: \|\n)(?: {6}.*\n)+/, `${indented}\n`);
  const unsigned = await repack(golden(folder, 'hello-shell-1.4.2-r3'), (parts) => ({
    ...changeControl(parts, '.melange.yaml', (entry) => withText(entry, recipe(textOf(entry)))),
    signature: [],
  }));
  writeFileSync(draft, unsigned);
  const target = { directory: mkdtempSync(join(work, 'out-')), signingKey: undefined };
  const written = await rebuild(draft, target, options);
  return written.path;
}
