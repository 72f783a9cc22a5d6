/** What is said of a package, by what it is about: each format shows the same in its own form. Everything is printable and bounded. */
import { counted } from '../bytes.ts';
import { claimFindingTitles } from '../claim/findings.ts';
import { pathChangeText } from '../inference/production/record-findings.ts';
import type { PathWitness } from '../inference/production/witness.ts';
import type {
  InspectedClaim,
  InspectedEntry,
  InspectedPackage,
  InspectedSbom,
  InspectedSection,
  Inspection,
} from '../inspect.ts';
import { show } from './bounds.ts';
import { sbomDifferenceLines } from './sbom-lines.ts';
import type { Tone } from './summary-view.ts';
import { takenText } from './words.ts';

export interface InspectedFact {
  readonly label: string;
  readonly value: string;
  /** How the beginning of the value is to be taken; undefined where nothing is judged. */
  readonly judged?: { readonly words: string; readonly tone: Tone };
}

/** Limits of lines of `.PKGINFO`, findings, characters of a value and attributes of an entry: more than a package for people has. */
const most = { rows: 1000, characters: 2000, attributes: 100 };

function shown(text: string): string {
  return show(text, most.characters);
}

/** The name of the file. */
export function inspectedName({ file }: Inspection): string {
  return shown(file);
}

export function takenFacts({ taken }: Inspection): InspectedFact[] {
  return taken === undefined ? [] : [{ label: 'taken', value: takenText(taken) }];
}

export function fileFacts({ size, sha256, checksum }: InspectedPackage): InspectedFact[] {
  return [
    { label: 'file', value: `${size} bytes, sha256 ${sha256}` },
    { label: 'index checksum', value: checksum },
  ];
}

export function signatureFacts({ signatures }: InspectedPackage): InspectedFact[] {
  const texts = signatures.map(
    ({ algorithm, keyName, bytes }) => `${algorithm}, ${bytes} bytes, ${shown(keyName)}`,
  );
  return texts.length === 0 ? [] : [{ label: 'signature', value: texts.join('; ') }];
}

/** Lines of `.PKGINFO`: a field with its value, or a line without one. */
export function pkginfoRows({
  pkginfo,
}: InspectedPackage): readonly (readonly [field: string, value?: string])[] {
  const rows = pkginfo
    .slice(0, most.rows)
    .map((line) =>
      line.kind === 'field' ? ([shown(line.key), shown(line.value)] as const) : ([shown(line.text)] as const),
    );
  const more = pkginfo.length - rows.length;
  return more > 0 ? [...rows, [`… and ${more} more`]] : rows;
}

/** What a section is: its place, digest, framing, archive, entries and end. */
export function sectionTexts({ start, end, gzip, entries, tarBytes, zeroBlocks, sha256 }: InspectedSection) {
  return {
    bytes: `bytes ${start} to ${end}`,
    sha256: `sha256 ${sha256}`,
    gzip: `gzip mtime ${gzip.mtime}, os ${gzip.os}`,
    tar: `tar of ${tarBytes} bytes`,
    entries: counted(entries.length, 'entry', 'entries'),
    end: `${counted(zeroBlocks, 'zero block')} at the end`,
  };
}

export function entryTexts(entry: InspectedEntry) {
  const { type, mode, owner, ownerNames, size, path, link, device, xattrs } = entry;
  const more = xattrs.length - most.attributes;
  return {
    type,
    mode,
    owner: `${owner} (${shown(ownerNames)})`,
    size: String(size),
    path: shown(path),
    link: link === undefined ? undefined : shown(link),
    device: device === undefined ? undefined : String(device),
    attributes: xattrs
      .slice(0, most.attributes)
      .map(({ name, value }) => `${shown(name)}=${shown(value)}`)
      .concat(more > 0 ? `… and ${more} more` : []),
  };
}

export function chainFacts({ chain }: Inspection): InspectedFact[] {
  return chain.map(({ link, state, detail }) => ({
    label: link,
    value: shown(detail),
    judged: { words: state, tone: state === 'verified' ? 'good' : state === 'broken' ? 'bad' : 'warn' },
  }));
}

export function claimFacts(claim: InspectedClaim): InspectedFact[] {
  const { recipeFile, subpackages, environment } = claim;
  return [
    { label: 'origin', value: shown([claim.origin, ...subpackages].join(', ')) },
    {
      label: 'recipe',
      value: `sha256 ${claim.recipeSha256}, ${counted(claim.steps, 'step')}, ${counted(environment.length, 'package')} in its environment`,
    },
    {
      label: 'recipe file',
      value: shown(`${recipeFile.repository} ${recipeFile.path} at ${recipeFile.commit}`),
    },
    {
      label: 'builder',
      value: `melange ${shown(claim.melange)}, SBOM by ${claim.sbomGenerator}, file system ${claim.directorySize}, owner ${claim.owner}`,
    },
    { label: 'clock', value: claim.clock === undefined ? 'none' : String(claim.clock) },
    { label: 'namespace', value: shown(claim.namespace) },
  ];
}

export function sbomFacts({ paths, regenerated }: InspectedSbom): InspectedFact[] {
  const lines = regenerated.state === 'different' ? sbomDifferenceLines(regenerated.differences) : [];
  const rows = lines.slice(0, most.rows).map((line) => ({ label: '', value: shown(line) }));
  const more = lines.length - rows.length;
  return [
    ...(paths.state === 'no-record' ? [] : [{ label: 'paths in SBOM', value: pathsText(paths) }]),
    { label: 'SBOM regenerated', value: regeneratedText(regenerated) },
    ...rows,
    ...(more > 0 ? [{ label: '', value: `… and ${more} more` }] : []),
  ];
}

function regeneratedText(regenerated: InspectedSbom['regenerated']): string {
  const { state } = regenerated;
  if (state === 'not-possible') return `${state}: ${shown(regenerated.why)}`;
  if (state === 'different' || regenerated.under === undefined) return state;
  return `${state}, by the rules of melange ${regenerated.under}`;
}

function pathsText(witness: Exclude<PathWitness, { state: 'no-record' }>): string {
  const { state, id } = witness;
  if (state === 'paths-match') return `verified: ${witness.paths} paths give the id ${id}`;
  if (state === 'unknown')
    return `no statement: the id ${id} was made by a generator or record that this version does not know`;
  return `broken: ${shown(pathChangeText(witness))} gives the id ${id}`;
}

export function findingFacts({ findings }: Inspection): InspectedFact[] {
  return findings.map(({ kind, detail }) => ({
    label: 'finding',
    value: `${claimFindingTitles[kind]}: ${shown(detail)}`,
  }));
}

export function failureFacts({ failure }: Inspection): InspectedFact[] {
  if (failure === undefined) return [];
  return [{ label: failure.code, value: '', judged: { words: shown(failure.message), tone: 'bad' } }];
}
