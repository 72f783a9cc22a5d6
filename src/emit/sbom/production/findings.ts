/** What production's SBOM tells, in the form of findings. */
import type { ClaimFinding } from '../../../claim/findings.ts';
import { type RecordTrait, recordQuestions } from '../../../claim/traits/record-variant.ts';
import type { PathWitness } from './witness.ts';

/** Findings of one package. The trait is undefined where no plan was made. */
export function recordFindings(witness: PathWitness, trait: RecordTrait | undefined): ClaimFinding[] {
  const findings: ClaimFinding[] = [];
  if (witness.state === 'paths-match') {
    const detail = `all ${witness.paths} paths of the package and no other give the id ${witness.id}`;
    findings.push({ kind: 'sbom-paths-match', detail });
  }
  if (witness.state === 'paths-differ')
    findings.push({ kind: 'sbom-paths-differ', detail: differText(witness) });
  if (trait !== undefined && trait.fit !== 'id-and-cpes') {
    findings.push({ kind: 'sbom-record-unexplained', detail: unexplainedText(trait) });
  }
  return findings;
}

function differText({ id, added }: Extract<PathWitness, { state: 'paths-differ' }>): string {
  const cause =
    added === undefined
      ? 'a path was added or taken away after the SBOM was made, or the record has something else in it'
      : `without ${added} the rest gives it`;
  return `${id} is not the hash of these paths; ${cause}`;
}

function unexplainedText({ fit }: RecordTrait): string {
  const tried = Object.entries(recordQuestions)
    .map(([question, answers]) => `${question} ${answers.join('|')}`)
    .join(', ');
  if (fit === 'id') return `a known record gives the id, none its CPEs; tried: ${tried}`;
  return `no known record gives the id; tried: ${tried}`;
}
