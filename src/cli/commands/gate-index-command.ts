/** `wolfi-repro gate-index`. */
import { Failure } from '../../failure.ts';
import { gateIndex } from '../../gate-index.ts';
import { gatedIndexValue, renderGatedIndex } from '../../report/attestation-report.ts';
import { readSigningKey } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';
import { requireFolder } from '../paths.ts';
import type { RawOptions } from '../raw-options.ts';
import { readStatements, trustTerms } from '../statement-files.ts';

export async function gateIndexCommand(
  folder: string,
  statements: readonly string[],
  raw: RawOptions,
): Promise<number> {
  const key = readSigningKey(raw.signingKey);
  if (key === undefined)
    throw new Failure('usage', 'apk takes no index without a signature', {
      hint: 'name an RSA private key with --signing-key FILE, and give apk its public half',
    });
  const index = await gateIndex(requireFolder(folder), readStatements(statements), {
    ...trustTerms(raw),
    noDissent: raw.dissent === false,
    now: Date.now() / 1000,
    signer: { key, algorithm: 'RSA256' },
    ...(raw.out === undefined ? {} : { out: requireFolder(raw.out) }),
  });
  if (raw.format === 'json') {
    const { renderValue } = await import('../../report/json-report.ts');
    printData(renderValue(gatedIndexValue(index)));
  } else printData(renderGatedIndex(index, terminalStyle(raw.color)));
  if (index.path === undefined) return 5;
  return index.listed.length === 0 ? 4 : 0;
}
