/** All pins that recorded sources hold, by what they are for and by what they say. */
import { addTo } from '../lists.ts';
import { commitDigest } from './commit.ts';
import { pinParserFor } from './lock-files.ts';
import { type Algorithm, isStrong, nameOfGem, type Pin, type Subject, subjectOf } from './pin.ts';
import { releasesOf } from './python-files.ts';
import { type ParsedPins, PinList, type RecordedSources } from './recorded.ts';
import { parseStepText } from './step-text.ts';

const limits = { fileBytes: 32 * 1024 * 1024, allBytes: 512 * 1024 * 1024, pins: 2_000_000, gaps: 50 };

/** A file that may hold pins, but was not read. */
export interface PinGap {
  readonly file: string;
  readonly problem: 'not-read' | 'too-large' | 'not-this-format' | 'too-many-pins';
}

export interface PinIndex {
  readonly bySubject: ReadonlyMap<Subject, readonly Pin[]>;
  /** By algorithm and value. */
  readonly byDigest: ReadonlyMap<string, readonly Pin[]>;
  readonly algorithms: ReadonlySet<Algorithm>;
  /** Subjects of strong pins without their last part: `npm left-pad`, and `npm` alone for any package. */
  readonly scopes: ReadonlySet<string>;
  /** At most 50, in the order of the files. */
  readonly gaps: readonly PinGap[];
}

export function digestKey(digest: Pick<Pin, 'algorithm' | 'value'>): string {
  return `${digest.algorithm} ${digest.value}`;
}

/** Reads the pins of recorded sources, each file once, within bounds; what exceeds them is a gap. */
export async function readPins(sources: RecordedSources): Promise<PinIndex> {
  const making = new IndexInMaking();
  for (const { name, text } of sources.steps) making.add(name, parseStepText(name, text));
  for (const { commit, file } of sources.commits) making.add(file, commitPins(file, commit));
  for await (const { path, size, read } of sources.files) {
    const parse = pinParserFor(path);
    if (read === undefined) making.addGap({ file: path, problem: 'not-read' });
    else if (parse !== undefined && making.takesFile(path, size)) making.add(path, parse(path, await read()));
  }
  return making.index;
}

function commitPins(file: string, commit: string): readonly Pin[] {
  const list = new PinList(file);
  const digest = commitDigest(commit);
  if (digest !== undefined) list.add([subjectOf('commit', digest.value)], [digest], commit);
  return list.pins;
}

class IndexInMaking {
  readonly #bySubject = new Map<Subject, Pin[]>();
  readonly #byDigest = new Map<string, Pin[]>();
  readonly #algorithms = new Set<Algorithm>();
  readonly #scopes = new Set<string>();
  readonly #gaps: PinGap[] = [];
  #pins = 0;
  #bytes = 0;

  get index(): PinIndex {
    return {
      bySubject: this.#bySubject,
      byDigest: this.#byDigest,
      algorithms: this.#algorithms,
      scopes: this.#scopes,
      gaps: this.#gaps,
    };
  }

  takesFile(file: string, size: number): boolean {
    this.#bytes += size;
    const takes = size <= limits.fileBytes && this.#bytes <= limits.allBytes;
    if (!takes) this.addGap({ file, problem: 'too-large' });
    return takes;
  }

  add(file: string, parsed: ParsedPins): void {
    if (parsed === 'not-this-format') this.addGap({ file, problem: parsed });
    else if (this.#pins + parsed.length > limits.pins) this.addGap({ file, problem: 'too-many-pins' });
    else {
      this.#pins += parsed.length;
      for (const pin of parsed) this.#addPin(pin);
    }
  }

  addGap(gap: PinGap): void {
    if (this.#gaps.length < limits.gaps) this.#gaps.push(gap);
  }

  #addPin(pin: Pin): void {
    addTo(this.#bySubject, pin.subject, pin);
    addTo(this.#byDigest, digestKey(pin), pin);
    this.#algorithms.add(pin.algorithm);
    if (!isStrong(pin.algorithm)) return;
    for (const scope of scopesOf(pin.subject)) this.#scopes.add(scope);
  }
}

/** The scopes of lists that may choose this subject: the name, or the whole ecosystem. */
function scopesOf(subject: Subject): string[] {
  const [kind, ...names] = subject.split(' ');
  if (kind === 'python-file')
    return ['python', ...(releasesOf(names.join(' ')) ?? []).map(({ name }) => subjectOf('python', name))];
  if (kind === 'gem') return [kind, subjectOf(kind, nameOfGem(names[0] ?? ''))];
  const name = names.slice(0, -1).join(' ');
  // An index has crates in lower case.
  return kind === 'crate' ? [kind, subjectOf(kind, name.toLowerCase())] : [kind!, `${kind} ${name}`];
}
