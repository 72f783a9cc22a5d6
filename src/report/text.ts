/** A run as text for people: the verdict first, then why, then what to do. */
import { printable } from '../bytes.ts';
import { claimFindingTitles } from '../claim/findings.ts';
import { allDifferences, type Comparison, isUnequal, type UnequalComparison } from '../compare/compare.ts';
import { type Difference, differenceTitles } from '../compare/difference.ts';
import type { PlannedBuilder } from '../plan/plan.ts';
import type { SignatureState } from '../repository/keyring.ts';
import type { PackageResult, RunResult } from '../verdict/result.ts';
import { type Verdict, type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { plainStyle, type Style } from './style.ts';
import { docsAnchor, nextSteps, verdictTitles } from './words.ts';

const mostDifferences = 40;
const mostOutputLines = 12;

/** The whole run; ends with a newline. */
export function renderText(result: RunResult, style: Style = plainStyle): string {
  const blocks = result.packages.map((each) => renderPackage(each, style));
  if (result.packages.length > 1) blocks.push(renderSummary(result, style));
  return `${blocks.join('\n\n')}\n`;
}

function renderSummary({ packages }: RunResult, style: Style): string {
  const counts = verdictOrder
    .map((kind) => [kind, packages.filter(({ verdict }) => verdict.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${verdictTitles[kind]}`);
  return `${style.strong(`${packages.length} packages`)}: ${counts.join(', ')}`;
}

function renderPackage(result: PackageResult, style: Style): string {
  const { verdict } = result;
  const reason = verdict.kind === 'reproduced' ? '' : ` (${verdict.reason})`;
  const title = `${colour(verdict.kind, style)(verdictTitles[verdict.kind])}${reason}`;
  const lines = [`${title}  ${style.strong(printable(result.file))}`, ...verdictLines(verdict, style)];
  lines.push(...contextLines(result, style));
  if (verdict.kind !== 'reproduced') {
    const hint = 'failure' in verdict ? verdict.failure.hint : undefined;
    lines.push(row('next', hint ?? nextSteps[verdict.reason]), row('about', docsAnchor(verdict)));
  }
  return lines.join('\n');
}

function colour(kind: VerdictKind, style: Style): (text: string) => string {
  if (kind === 'reproduced') return style.good;
  return kind === 'inconclusive' ? style.warn : style.bad;
}

/** A label and its value; further lines of the value are indented alike. */
function row(label: string, value: string): string {
  return `  ${label.padEnd(11)} ${value.split('\n').join(`\n${' '.repeat(14)}`)}`;
}

function verdictLines(verdict: Verdict, style: Style): string[] {
  if (verdict.kind === 'reproduced') {
    const { size, sha256 } = verdict.proof;
    return [
      row('bytes', `${size} bytes equal, sha256 ${sha256}`),
      row('signature', signatureText(verdict.signature)),
    ];
  }
  const lines: string[] = [];
  if ('failure' in verdict) lines.push(...failureLines(verdict.failure, style));
  if ('comparison' in verdict && verdict.comparison !== undefined)
    lines.push(...comparisonLines(verdict.comparison));
  return lines;
}

function signatureText(state: SignatureState): string {
  switch (state.kind) {
    case 'valid':
      return `valid over the rebuilt bytes: ${state.algorithm} by ${printable(state.keyName)}`;
    case 'invalid':
      return `does not fit the rebuilt bytes: ${printable(state.keyName)}`;
    case 'unknown-key':
      return `taken over, not verified: no key ${printable(state.keyName)} was given`;
    case 'unsigned':
      return 'none: the package is not signed';
  }
}

function failureLines(failure: { message: string; expected?: string; got?: string }, style: Style): string[] {
  const lines = [row('why', printable(failure.message))];
  if (failure.expected !== undefined) lines.push(row('expected', shorten(printable(failure.expected))));
  if (failure.got !== undefined) lines.push(row('got', style.faint(outputTail(failure.got))));
  return lines;
}

const longestValue = 400;

function shorten(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}… (${text.length} characters)`;
}

/** The last lines of a program's output; its control characters are spelled out. */
function outputTail(text: string): string {
  const lines = text.trimEnd().split('\n').map(printable).map(shorten);
  const cut = lines.length - mostOutputLines;
  return (cut > 0 ? [`… ${cut} lines before`, ...lines.slice(-mostOutputLines)] : lines).join('\n');
}

function comparisonLines({ files, sections }: UnequalComparison): string[] {
  const differences = allDifferences(sections);
  const shown = differences.slice(0, mostDifferences).map(differenceText);
  const cut = differences.length - shown.length;
  return [
    row('published', `${files.published.size} bytes, sha256 ${files.published.sha256}`),
    row('rebuilt', `${files.rebuilt.size} bytes, sha256 ${files.rebuilt.sha256}`),
    row('sections', sections.map(({ section, likeness }) => `${section} ${likeness}`).join(', ')),
    row('differs', [...shown, ...(cut > 0 ? [`… and ${cut} more; --format json has all`] : [])].join('\n')),
  ];
}

/** A comparison by itself; ends with a newline. */
export function renderComparisonText(comparison: Comparison, style: Style = plainStyle): string {
  if (isUnequal(comparison)) {
    const title = `${style.bad('different')} (${comparison.equivalence})`;
    return `${[title, ...comparisonLines(comparison), row('sbom', comparison.sbom)].join('\n')}\n`;
  }
  const { size, sha256 } = comparison.files.proof;
  return `${style.good('identical')}\n${row('bytes', `${size} bytes equal, sha256 ${sha256}`)}\n`;
}

function differenceText({ section, path, kind, name, published, rebuilt }: Difference): string {
  const place = path === '' ? section : `${section} ${printable(path)}`;
  const what = name === undefined ? differenceTitles[kind] : `${differenceTitles[kind]} ${printable(name)}`;
  const sides = [published, rebuilt].map((side) =>
    side === undefined ? '(none)' : shorten(printable(side)),
  );
  return published === undefined && rebuilt === undefined
    ? `${place}: ${what}`
    : `${place}: ${what}: ${sides.join(' → ')}`;
}

function contextLines(
  { sbom, plan, chain, findings, caveats, skipped }: PackageResult,
  style: Style,
): string[] {
  const lines: string[] = [];
  if (sbom !== undefined) lines.push(row('sbom', sbom));
  const unverified = chain.filter(({ state }) => state === 'unverifiable');
  lines.push(...unverified.map(({ link, detail }) => row('unverified', `${link}: ${printable(detail)}`)));
  lines.push(...caveats.map((caveat) => row('caveat', style.warn(caveat))));
  lines.push(
    ...findings.map(({ kind, detail }) =>
      row('finding', `${claimFindingTitles[kind]}: ${shorten(printable(detail))}`),
    ),
  );
  lines.push(...skipped.map(({ path, reason }) => row('skipped', `${printable(path)}: ${reason}`)));
  if (plan !== undefined) {
    lines.push(row('builder', builderText(plan.plan.builder)), row('plan', `sha256 ${plan.identity}`));
  }
  return lines;
}

/** Seconds since 1970 as people write them; years beyond 9999 stay a number. */
function utc(seconds: number): string {
  return seconds > 253_402_300_799
    ? String(seconds)
    : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function builderText(builder: PlannedBuilder): string {
  const { owner, clock, signature } = builder;
  const basis = builder.melangeBasis === 'release' ? '' : ` (${builder.melangeBasis})`;
  const parts = [
    `melange ${builder.melange}${basis}`,
    clock === null ? 'no clock' : `clock ${utc(clock)}`,
    `deflate ${builder.deflate}`,
    `file system ${builder.directorySize}`,
    `SBOM by ${builder.sbomGenerator}`,
    ...(owner.uid === 0 && owner.gid === 0 ? [] : [`owner ${owner.uid}:${owner.gid}`]),
    ...(builder.zoneOffsetMinutes === 0 ? [] : [`time zone ${builder.zoneOffsetMinutes} minutes`]),
    ...(builder.namespace === '' ? [] : [`namespace ${printable(builder.namespace)}`]),
    ...(signature === null ? [] : [`signed with ${signature.algorithm}`]),
  ];
  return parts.join(', ');
}
