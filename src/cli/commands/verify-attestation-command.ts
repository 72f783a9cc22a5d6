/** `wolfi-repro verify-attestation`. */
import type { AskedFile } from '../../attest/decision/decide-subject.ts';
import { baseName, printable } from '../../bytes.ts';
import { parseSha256, sha256Hasher } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { attestationValue, renderAttestationText } from '../../report/attestation-report.ts';
import {
  type AttestationDecision,
  attestationExitCodes,
  verifyAttestations,
} from '../../verify-attestation.ts';
import { printData, terminalStyle } from '../output.ts';
import { requireFiles } from '../paths.ts';
import type { RawOptions } from '../raw-options.ts';
import { readStatements, trustTerms } from '../statement-files.ts';
import { openedPieces } from '../typed-inputs.ts';

export async function verifyAttestationCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const { trust, require } = trustTerms(raw);
  const decision = verifyAttestations(readStatements(files), {
    trust,
    require,
    noDissent: raw.dissent === false,
    now: Date.now() / 1000,
    files: [...askedPackages(raw.package ?? []), ...(raw.digest ?? []).map(askedDigest)],
  });
  printData(await render(decision, raw));
  return attestationExitCodes[decision.outcome];
}

async function render(decision: AttestationDecision, { format, color }: RawOptions): Promise<string> {
  if (format !== 'json') return renderAttestationText(decision, terminalStyle(color));
  // Most of what is loaded for it is about packages.
  const { renderValue } = await import('../../report/json-report.ts');
  return renderValue(attestationValue(decision));
}

function askedPackages(paths: readonly string[]): AskedFile[] {
  requireFiles(paths);
  return paths.map((path) => {
    const hasher = sha256Hasher();
    for (const piece of openedPieces(path)) hasher.update(piece);
    return { sha256: hasher.digest(), name: baseName(path) };
  });
}

function askedDigest(text: string): AskedFile {
  const sha256 = parseSha256(text.replace(/^sha256:/, ''));
  if (sha256 !== undefined) return { sha256, name: undefined };
  throw new Failure('usage', '--digest takes a SHA-256', { expected: '64 hex digits', got: printable(text) });
}
