/** A plan as text for people. */
import { counted, printable } from '../bytes.ts';
import { claimFindingTitles } from '../claim/findings.ts';
import type { LockedPlan, PinnedPackage } from '../lock.ts';
import type { FetchingStep } from '../plan/fetching-steps.ts';
import type { PlannedSource } from '../plan/requested-sources.ts';
import { describePackage } from '../plan/substituted.ts';
import { show } from './bounds.ts';
import { builderFacts, recipeFact } from './builder.ts';
import { factRow } from './diff-text.ts';
import type { Fact } from './fact.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import { plainStyle, type Style } from './style.ts';

/** The most lines of one list, and characters of a value: more than a plan for people has. */
const most = { lines: 1000, characters: 400 };

/** The plan: who built the package, what goes into its rebuild, each with its digest, and what was noticed. Ends with a newline. */
export function renderLockText(
  { file, identity, plan, environment, substituted, findings, fetching }: LockedPlan,
  style: Style = plainStyle,
  context: ReportContext = {},
): string {
  const { name, version, architecture } = plan.package;
  const facts: readonly Fact[] = [
    { label: 'package', value: printable(`${name} ${version}, origin ${plan.origin}, for ${architecture}`) },
    ...builderFacts(plan.builder, undefined),
    recipeFact(plan),
    ...listed(
      'environment',
      environmentHead(plan.environment.kind, environment),
      environment.map(packageText),
    ),
    ...(substituted === undefined
      ? []
      : listed(
          'instead',
          counted(substituted.packages.length, 'package'),
          substituted.packages.map(describePackage),
          'warn',
        )),
    ...listed('sources', counted(plan.sources.length, 'source'), plan.sources.map(sourceText)),
    ...listed('steps', counted(plan.steps.length, 'step'), plan.steps.map(stepText)),
    ...(fetching.length === 0
      ? []
      : listed(
          'fetching',
          `${counted(fetching.length, 'step')} known to fetch`,
          fetching.map(fetchingText),
          'warn',
        )),
    ...findings.map(({ kind, detail }) => ({
      label: 'finding',
      value: `${claimFindingTitles[kind]}: ${show(detail, most.characters)}`,
    })),
    { label: 'plan', value: `sha256 ${identity}` },
  ];
  return [
    style.strong(show(file, most.characters)),
    ...facts.map((fact) => factRow(fact, { style })),
    '',
    style.faint(`${writerText(context)}: ${pageAddress(context, reportsPage)}`),
    '',
  ].join('\n');
}

function listed(label: string, head: string, lines: readonly string[], tone?: Fact['tone']): Fact[] {
  const shown = lines.slice(0, most.lines).map((line) => `  ${show(line, most.characters)}`);
  const more = lines.length - shown.length;
  const value = [head, ...shown, ...(more > 0 ? [`  … and ${more} more; --format json has all`] : [])].join(
    '\n',
  );
  return [{ label, value, ...(tone === undefined ? {} : { tone }) }];
}

function environmentHead(kind: string, { length }: readonly PinnedPackage[]): string {
  return length === 0 ? kind : `${kind}, ${counted(length, 'package')}`;
}

function packageText({
  name,
  version,
  sha256,
  foundIn,
  insteadOf,
  indexKey,
  packageKey,
}: PinnedPackage): string {
  const key = indexKey ?? packageKey;
  const vouched = key === undefined ? 'no key vouches for it' : `by ${key}`;
  const other = insteadOf === undefined ? '' : `, instead of ${insteadOf}`;
  return `${name} ${version}${other}: sha256 ${sha256}, ${foundIn}, ${vouched}`;
}

function sourceText(source: PlannedSource): string {
  return source.kind === 'git'
    ? `${source.repository} at ${source.commit}`
    : `${source.uri}: ${source.algorithm} ${source.digest}`;
}

function fetchingText({ package: name, position, pipeline, what, always }: FetchingStep): string {
  const uses = pipeline === '' ? '' : ` (${pipeline})`;
  return `${position} of ${name}${uses}: ${what}${always ? '' : ', unless the tree has it'}`;
}

function stepText({ package: name, position, label, sha256 }: LockedPlan['plan']['steps'][number]): string {
  return `${position} of ${name}${label === '' ? '' : ` (${label})`}: sha256 ${sha256}`;
}
