/** What production's SBOM shows, in the form of findings. */
import type { ClaimFinding } from '../../claim/findings.ts';
import { type RecordTrait, triedText } from '../../claim/traits/record-variant.ts';
import type { PathChange } from './path-search.ts';
import type { PathWitness } from './witness.ts';

/** Findings of one package. The trait is undefined where no plan was made. */
export function recordFindings(witness: PathWitness, trait: RecordTrait | undefined): ClaimFinding[] {
  const findings: ClaimFinding[] = [];
  switch (witness.state) {
    case 'paths-match': {
      const detail = `all ${witness.paths} paths of the package and no other give the id ${witness.id}`;
      findings.push({ kind: 'sbom-paths-match', detail });
      break;
    }
    case 'paths-differ':
      findings.push({ kind: 'sbom-paths-differ', detail: differText(witness) });
      break;
    case 'unknown':
      findings.push({ kind: 'sbom-record-unknown', detail: unknownText(witness) });
      break;
    case 'no-record':
      break;
  }
  if (trait?.fit === 'id') {
    const detail = `a known record gives the id, but none gives its CPEs; tried: ${triedText()}`;
    findings.push({ kind: 'sbom-record-unexplained', detail });
  }
  return findings;
}

function differText(witness: Extract<PathWitness, { state: 'paths-differ' }>): string {
  return `a known form gives all of the document but the id ${witness.id}; ${pathChangeText(witness)} gives that as well`;
}

/** `the SBOM was made without a and b`; names are attacker-controlled. */
export function pathChangeText({ surplus, missing }: PathChange): string {
  const parts = [
    ...(surplus.length === 0 ? [] : [`without ${listText(surplus)}, which the package has`]),
    ...(missing.length === 0 ? [] : [`from ${listText(missing)}, which the package does not have`]),
  ];
  return `an SBOM that was made ${parts.join(', and ')},`;
}

const mostNamed = 20;

function listText(paths: readonly string[]): string {
  const named = paths.slice(0, mostNamed);
  const rest = paths.length - named.length;
  if (rest > 0) return `${named.join(', ')} and ${rest} more`;
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}

function unknownText({ id }: Extract<PathWitness, { state: 'unknown' }>): string {
  return `${id} is a hash of the package’s record; tried: ${triedText()}`;
}
