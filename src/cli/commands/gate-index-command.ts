/** `wolfi-repro gate-index`. */
import { Failure } from '../../failure.ts';
import { type GatedIndex, type GateOptions, gateIndex } from '../../gate-index.ts';
import { isAddress } from '../../inputs/store/files.ts';
import { gatedIndexValue, renderGatedIndex } from '../../report/attestation-report.ts';
import { readSigningKey, runOptions } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';
import { requireFolder, requireWritableFolder } from '../paths.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { cancellable } from '../signals.ts';
import { readStatements, trustTerms } from '../statement-files.ts';

export async function gateIndexCommand(
  place: string,
  statements: readonly string[],
  raw: RawOptions,
): Promise<number> {
  const key = readSigningKey(raw.signingKey);
  if (key === undefined)
    throw new Failure('usage', 'apk takes no index without a signature', {
      hint: 'name an RSA private key with --signing-key FILE, and give apk its public half',
    });
  const options: GateOptions = {
    ...trustTerms(raw),
    noDissent: raw.dissent === false,
    now: Date.now() / 1000,
    signer: { key, algorithm: 'RSA256' },
    ...(raw.out === undefined ? {} : { out: requireWritableFolder(raw.out) }),
  };
  const files = readStatements(statements);
  if (!isAddress(place)) return show(await gateIndex(requireFolder(place), files, options), raw);
  const progress = showProgress({});
  return cancellable(async (signal) => {
    const run = runOptions(raw, signal, progress.onEvent);
    const index = await gateIndex(place, files, { ...options, run }).finally(() => progress.stop());
    return show(index, raw);
  });
}

async function show(index: GatedIndex, { format, color }: RawOptions): Promise<number> {
  if (format === 'json') {
    const { renderValue } = await import('../../report/json-report.ts');
    printData(renderValue(gatedIndexValue(index)));
  } else printData(renderGatedIndex(index, terminalStyle(color)));
  if (index.path === undefined) return 5;
  return index.listed.length === 0 ? 4 : 0;
}
