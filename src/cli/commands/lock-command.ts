/** `wolfi-repro lock`. */
import { counted } from '../../bytes.ts';
import type { RunOptions } from '../../flow/run-options.ts';
import { lock } from '../../lock.ts';
import { renderValue, toolValue } from '../../report/json-report.ts';
import { renderLockText } from '../../report/lock-text.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { type GivenPackages, onlyOf, withPackages } from '../given-packages.ts';
import { runOptions } from '../options.ts';
import { printData, printNote, terminalStyle } from '../output.ts';
import { version } from '../own-version.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { reportContext } from '../reports.ts';
import { cancellable } from '../signals.ts';

export async function lockCommand(given: string, options: RawOptions): Promise<number> {
  return withPackages([given], options, lockPackage);
}

async function lockPackage({ subjects, raw }: GivenPackages): Promise<number> {
  const subject = onlyOf(subjects, 'lock');
  const progress = showProgress({ detail: chosenDetail(raw) });
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    const write = raw.bundle === undefined ? undefined : await bundleWriter(raw.bundle, options);
    const locked = await lock(subject, options).finally(() => progress.stop());
    const { identity, plan, environment, substituted, findings, fetching, processor } = locked;
    const schema = 'wolfi-repro/lock/1';
    if (raw.format === 'text')
      printData(renderLockText(locked, terminalStyle(raw.color), reportContext(raw)));
    else {
      const tool = toolValue(reportContext(raw));
      printData(renderValue({ schema, tool, identity, plan, environment, substituted, findings, fetching }));
      printNote(`plan sha256 ${identity}`);
    }
    if (processor !== undefined) printNote(processor);
    await write?.(subject);
    return 0;
  });
}

/** Looked at before anything is read: what cannot be bundled. */
async function bundleWriter(path: string, options: RunOptions): Promise<(subject: string) => Promise<void>> {
  const { requireNoSyft, writeBundle } = await import('../../bundle/bundle.ts');
  requireNoSyft(options);
  return async (subject) => {
    const { files } = await writeBundle(subject, path, version, options);
    printNote(`bundle ${path}: ${counted(files.length, 'file')}`);
  };
}
