/**
 * The counterfactual: published values are put into the rebuilt tree, the whole package is emitted again and compared with the
 * published file, byte by byte. Equality then proves that these values are the whole difference. It is never equality
 * of the rebuilt package: what this module makes is an `Explanation`, which holds no proof that a verdict could take.
 */

import type { Apk } from '../../apk/apk.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import { defaultLimits } from '../../apk/limits.ts';
import { readApk } from '../../apk/read-apk.ts';
import type { ByteSource } from '../../byte-source.ts';
import { compareFiles } from '../../compare/compare-files.ts';
import { compareSections } from '../../compare/compare-sections.ts';
import { allDifferences, type Equivalence, type UnequalComparison } from '../../compare/comparison.ts';
import type { Difference } from '../../compare/difference.ts';
import { countDifferences, type DifferenceList, joined } from '../../compare/difference-list.ts';
import type { Counterfactual } from '../../emit/package.ts';
import type { Substitution } from '../../emit/substitution.ts';
import { Failure } from '../../failure.ts';
import { largest } from '../../lists.ts';
import type { Explanation, SubstitutedValue } from './explanation.ts';
import { type Answer, answersTo, type Published, rangeOf, tierOf } from './substitutions.ts';

export interface CounterfactualRequest {
  /** The published file, and what was read of it. */
  readonly published: ByteSource;
  readonly apk: Apk;
  /** What was rebuilt, without any substitution. */
  readonly rebuilt: ByteSource;
  readonly comparison: UnequalComparison;
  /** The signature section in front of the rebuilt package. */
  readonly signature: Uint8Array | undefined;
  reemit(substitutions: readonly Substitution[]): Promise<Counterfactual | Failure>;
}

/** Bounds, so that nothing here costs much more than the comparison did. */
const bounds = {
  /** Bytes of published contents held in memory. */
  contentBytes: 256 * 1024 * 1024,
  substitutions: 2000,
  rounds: 8,
  /** The most emissions for showing that no value can be left out, and the bytes of data that they may write. */
  dropped: 64,
  droppedBytes: 1024 * 1024 * 1024,
};

/** Explains what a comparison found, and proves it where the explanation is complete. */
export async function explain(request: CounterfactualRequest): Promise<Explanation> {
  const { sections } = request.comparison;
  const differences = allDifferences(sections);
  const wanted = wantedContents(differences, request.apk);
  if (countDifferences(sections) > bounds.substitutions || wanted === undefined) {
    return { explained: 'not-attempted', why: 'what differs exceeds the limits of a counterfactual' };
  }
  const options = {
    limits: { ...defaultLimits, keptBytes: bounds.contentBytes },
    keep: (path: string) => wanted.has(path),
  };
  const apk = await readApk(request.published, options);
  const shares = changedBytes(apk, await readApk(request.rebuilt, options));
  return search({ request, published: { apk, source: request.published }, shares }, differences);
}

type Share = NonNullable<SubstitutedValue['bytes']>;

/** The number of bytes of each content that differ, by path, where both sides have the same length. */
function changedBytes(published: Apk, rebuilt: Apk): ReadonlyMap<string, Share> {
  const others = new Map(rebuilt.data.entries.map((entry) => [entryPath(entry), entry.content]));
  const shares = new Map<string, Share>();
  for (const entry of published.data.entries) {
    const [left, right] = [entry.content, others.get(entryPath(entry))];
    if (left === undefined || right === undefined || left.length !== right.length) continue;
    let different = 0;
    for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) different += 1;
    shares.set(entryPath(entry), { different, size: left.length });
  }
  return shares;
}

/** The paths of the data section whose contents have to be put in; undefined where they are too large to hold in memory. */
function wantedContents(differences: readonly Difference[], { data }: Apk): ReadonlySet<string> | undefined {
  const kinds = new Set(['content', 'missing-entry', 'type']);
  const paths = new Set(
    differences.filter(({ section, kind }) => section === 'data' && kinds.has(kind)).map(({ path }) => path),
  );
  const size = data.entries.reduce((sum, entry) => sum + (paths.has(entryPath(entry)) ? entry.size : 0), 0);
  return size > bounds.contentBytes ? undefined : paths;
}

/** The result of one emission. */
type Attempt =
  | { readonly equal: true }
  | (DifferenceList & { readonly equal: false; readonly firstDifference: number });

interface Search {
  readonly request: CounterfactualRequest;
  readonly published: Published;
  readonly shares: ReadonlyMap<string, Share>;
}

async function search(context: Search, found: readonly Difference[]): Promise<Explanation> {
  let answers: readonly Answer[] = [];
  let last: Attempt = {
    equal: false,
    firstDifference: context.request.comparison.files.firstDifference,
    differences: found,
  };
  for (let round = 0; round < bounds.rounds && !last.equal; round++) {
    const next = await answerMore(context, answers, last.differences);
    if (next === undefined) break;
    ({ answers, attempt: last } = next);
  }
  const substitutions = (kept: readonly Answer[]) =>
    kept.map((each) => withShare(substitutedValue(each), context.shares));
  if (!last.equal) {
    const { equal: _, ...left } = last;
    return { explained: 'partly', substitutions: substitutions(answers), left };
  }
  const { kept, minimal } = await leaveOut(context, answers);
  return {
    explained: 'proven',
    substitutions: substitutions(kept),
    minimal,
    equivalence: equivalenceOf(kept, context.request.comparison.sbomPath),
  };
}

/** Answers the first differences that can be answered; undefined where none can. */
async function answerMore(
  context: Search,
  answers: readonly Answer[],
  differences: readonly Difference[],
): Promise<{ answers: readonly Answer[]; attempt: Attempt } | undefined> {
  const given = new Set(answers.map(placeOf));
  const open = differences
    .map((difference) => ({ tier: tierOf(difference), choices: answersTo(difference, context.published) }))
    .filter(({ choices }) => choices.length > 0 && !given.has(placeOf(choices[0]!)));
  const tier = open.reduce((least, each) => Math.min(least, each.tier), Number.POSITIVE_INFINITY);
  const now = open.filter((each) => each.tier === tier);
  if (now.length === 0) return undefined;
  const depth = largest(
    now.map(({ choices }) => choices.length),
    0,
  );
  for (let at = 0; ; at++) {
    const tried = unique([
      ...answers,
      ...now.map(({ choices }) => choices[Math.min(at, choices.length - 1)]!),
    ]);
    const attempt = await emitWith(context, tried);
    const settled =
      attempt.equal || !attempt.differences.some((each) => now.some((one) => one.tier === tierOf(each)));
    if (settled || at >= depth - 1) return { answers: tried, attempt };
  }
}

/** Leaves out answers that are not needed, one after the other. */
async function leaveOut(
  context: Search,
  answers: readonly Answer[],
): Promise<{ kept: readonly Answer[]; minimal: boolean }> {
  if (answers.length < 2) return { kept: answers, minimal: true };
  const { data } = context.published.apk;
  const affordable =
    answers.length <= bounds.dropped && data.tar.size * answers.length <= bounds.droppedBytes;
  // What is in one entry of the tree does not follow from anything else; the rest may.
  const candidates = affordable
    ? answers
    : answers.filter((each) => !('path' in each)).slice(0, bounds.dropped);
  let kept = answers;
  for (const candidate of candidates) {
    const without = kept.filter((each) => each !== candidate);
    if ((await emitWith(context, without, false)).equal) kept = without;
  }
  return { kept, minimal: affordable };
}

async function emitWith(
  context: Search,
  answers: readonly Answer[],
  withDifferences = true,
): Promise<Attempt> {
  const substitutions = answers.filter((each) => each.kind !== 'signature-section');
  const emitted = await context.request.reemit(substitutions);
  if (emitted instanceof Failure) return { equal: false, firstDifference: 0, differences: [] };
  try {
    const signature = await signatureFor(context, answers);
    const source: ByteSource = {
      name: context.published.source.name,
      own: true,
      open: () => emitted.openCounterfactual(signature),
    };
    const files = await compareFiles(context.published.source, source);
    if (files.equal) return { equal: true };
    const found = withDifferences ? await differencesOf(context, source) : { differences: [] };
    return { equal: false, firstDifference: files.firstDifference, ...found };
  } finally {
    emitted.dispose();
  }
}

async function signatureFor(context: Search, answers: readonly Answer[]): Promise<Uint8Array | undefined> {
  if (!answers.some(({ kind }) => kind === 'signature-section')) return context.request.signature;
  const { apk, source } = context.published;
  if (apk.signature === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of rangeOf(source, apk.signature.start, apk.signature.end).open()) parts.push(part);
  return Buffer.concat(parts);
}

async function differencesOf(context: Search, source: ByteSource): Promise<DifferenceList> {
  const { apk } = context.published;
  try {
    const other = await readApk(source);
    return joined(
      (['signature', 'control', 'data'] as const).map((section) =>
        compareSections(section, apk[section], other[section]),
      ),
    );
  } catch (failure) {
    if (failure instanceof Failure) return { differences: [] };
    throw failure;
  }
}

function withShare(value: SubstitutedValue, shares: ReadonlyMap<string, Share>): SubstitutedValue {
  const bytes = value.kind === 'content' && value.section === 'data' ? shares.get(value.path) : undefined;
  return bytes === undefined ? value : { ...value, bytes };
}

/** One answer for each place: the last of several. */
function unique(answers: readonly Answer[]): readonly Answer[] {
  return [...new Map(answers.map((each) => [placeOf(each), each])).values()];
}

/** The place for which an answer is; two answers for one place exclude each other. */
function placeOf(answer: Answer): string {
  const { section, path, name } = substitutedValue(answer);
  const kind = answer.kind === 'encoder' || answer.kind === 'compressed-form' ? 'compressed' : answer.kind;
  return JSON.stringify([section, kind, path, kind === 'compressed' ? '' : (name ?? '')]);
}

function substitutedValue(answer: Answer): SubstitutedValue {
  switch (answer.kind) {
    case 'signature-section':
      return { kind: answer.kind, section: 'signature', path: '' };
    case 'field':
      return { kind: answer.kind, section: 'control', path: '.PKGINFO', name: answer.name };
    case 'attribute':
      return { kind: answer.kind, section: answer.section, path: answer.path, name: answer.name };
    case 'encoder':
      return { kind: answer.kind, section: answer.section, path: '', name: answer.encoder };
    case 'order':
    case 'archive-end':
    case 'compressed-form':
      return { kind: answer.kind, section: answer.section, path: '' };
    case 'entry':
    case 'moved':
    case 'no-entry':
    case 'content':
    case 'header':
      return { kind: answer.kind, section: answer.section, path: answer.path };
  }
}

/** The equivalence that published values amount to: the weakest that one of them leaves. */
function equivalenceOf(answers: readonly Answer[], sbomPath: string): Equivalence {
  const archives = answers.filter(({ kind }) => kind !== 'encoder' && kind !== 'compressed-form');
  if (archives.length === 0) return 'recompressed';
  const ofSbom = (answer: Answer) =>
    answer.kind === 'content' && answer.section === 'data' && answer.path === sbomPath;
  if (archives.every(ofSbom)) return 'sbom-only';
  const ofContent = (answer: Answer) =>
    answer.kind === 'entry' ||
    answer.kind === 'moved' ||
    answer.kind === 'no-entry' ||
    (answer.kind === 'content' && answer.path !== '.PKGINFO') ||
    (answer.kind === 'attribute' && answer.name === 'link-target');
  return archives.some((each) => ofContent(each) && !ofSbom(each)) ? 'content' : 'metadata-only';
}
