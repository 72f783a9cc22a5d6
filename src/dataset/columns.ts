/** The columns of the dataset, in their order: the codebook is made of this table, and so is every format. */
import type { Observation } from './observations.ts';

/** `text`, whole numbers, numbers, times to the millisecond, lists of texts. */
export type ColumnType = 'text' | 'count' | 'number' | 'time' | 'list';

/** A time is milliseconds since 1970. */
export type ColumnValue = string | number | readonly string[] | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** What it says; where it is empty, and why. */
  readonly about: string;
  readonly of: (row: Observation) => ColumnValue;
}

/** The version of this table. A column may be added within it; none changes its meaning. */
export const datasetVersion = 1;

const column = (
  name: string,
  type: ColumnType,
  about: string,
  of: (row: Observation) => ColumnValue | undefined,
): Column => ({ name, type, about, of: (row) => of(row) ?? null });

/** Text that is empty where it is not known. */
const known = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const published: readonly Column[] = [
  column(
    'repository',
    'text',
    'The repository whose index lists the package, without a secret.',
    ({ job }) => job.repository,
  ),
  column('architecture', 'text', 'apk’s name of the architecture.', ({ job }) => job.architecture),
  column(
    'origin',
    'text',
    'The recipe that the package was built from; packages of one origin, version and architecture are one build.',
    ({ job }) => job.origin,
  ),
  column('name', 'text', 'The package.', ({ listed }) => listed.name),
  column('version', 'text', 'Its version with the epoch, `1.2.3-r0`.', ({ listed }) => listed.version),
  column(
    'checksum',
    'text',
    '`Q1` and base64: the SHA-1 of the published control section, as the index lists it. With the name it identifies the published file.',
    ({ listed }) => listed.checksum,
  ),
  column(
    'sha256',
    'text',
    'SHA-256 of the published file; empty where none was read.',
    ({ verdict }) => verdict?.sha256,
  ),
  column(
    'size',
    'count',
    'Bytes of the published file, as the index lists them.',
    ({ listed }) => listed.size,
  ),
  column(
    'installed_size',
    'count',
    'Bytes once installed, as the index lists them.',
    ({ listed }) => listed.installedSize,
  ),
  column(
    'commit',
    'text',
    'The commit of the recipes that the index records; empty where it records none.',
    ({ job }) => known(job.commit),
  ),
  column(
    'built_at',
    'time',
    'When it was published, as the index says; empty where it does not.',
    ({ job }) => (job.builtAt === 0 ? undefined : job.builtAt * 1000),
  ),
  column(
    'popularity',
    'count',
    'Images and build environments with a package of the build, as far as the sweep was told.',
    ({ job }) => job.popularity,
  ),
];

const attempted: readonly Column[] = [
  column(
    'job',
    'text',
    'The key of the job: SHA-256 of what was to be judged, and of the tool’s version.',
    ({ job }) => job.key,
  ),
  column('tool', 'text', 'Version of wolfi-repro that judged it, or is to.', ({ job }) => job.tool),
  column(
    'attempt',
    'count',
    'Number of the attempt at the job, from 1; 0 where nobody has attempted it.',
    ({ number }) => number,
  ),
  column(
    'class',
    'text',
    'How the attempt ended, a word of a closed list; empty for attempt 0.',
    ({ attempt }) => attempt?.class,
  ),
  column('started_at', 'time', 'When the attempt began.', ({ attempt }) => attempt?.startedAt),
  column('ended_at', 'time', 'When it ended.', ({ attempt }) => attempt?.endedAt),
  column(
    'wall_seconds',
    'number',
    'Seconds that the attempt took, for all packages of the build together.',
    ({ attempt }) => attempt?.cost.wallSeconds,
  ),
  column(
    'processor_seconds',
    'number',
    'Seconds of one processor, for all packages of the build together.',
    ({ attempt }) => attempt?.cost.processorSeconds,
  ),
  column(
    'memory_bytes',
    'count',
    'The most memory that the build held; empty where this was not measured.',
    ({ attempt }) => (attempt?.cost.memoryBytes === 0 ? undefined : attempt?.cost.memoryBytes),
  ),
  column('disk_bytes', 'count', 'Bytes that the attempt wrote.', ({ attempt }) => attempt?.cost.diskBytes),
  column(
    'downloaded_bytes',
    'count',
    'Bytes that it fetched; what was cached is not among them.',
    ({ attempt }) => attempt?.cost.downloadedBytes,
  ),
  column(
    'log',
    'text',
    'SHA-256 of the log of the steps, among the artifacts of the sweep.',
    ({ attempt }) => attempt?.log,
  ),
];

const found: readonly Column[] = [
  column(
    'verdict',
    'text',
    'What the attempt found of the package (docs/verdicts.md); empty where it gave no verdict that stands. Only `reproduced` and `not-reproduced` are about bytes.',
    ({ verdict }) => verdict?.verdict,
  ),
  column('reason', 'text', 'The reason of the verdict; empty for `reproduced`.', ({ verdict }) =>
    known(verdict?.reason),
  ),
  column(
    'causes',
    'list',
    'Causes that differences have (docs/causes.md), sorted, each once.',
    ({ verdict }) => verdict?.causes,
  ),
  column('sbom', 'text', 'State of the SBOM; empty where there is none.', ({ verdict }) =>
    known(verdict?.sbom),
  ),
  column(
    'melange',
    'text',
    'Version of melange that built the package, as the plan has it; empty where there is no plan.',
    ({ verdict }) => known(verdict?.melange),
  ),
  column(
    'plan',
    'text',
    'SHA-256 of the plan of the rebuild: the same plan has the same inputs and steps.',
    ({ verdict }) => verdict?.plan,
  ),
  column(
    'recipe',
    'text',
    'SHA-256 of the recipe, as the package carries it.',
    ({ verdict }) => verdict?.recipe,
  ),
  column(
    'environment',
    'text',
    'SHA-256 of the list of the packages of the build environment.',
    ({ verdict }) => verdict?.environment,
  ),
  column('sandbox', 'text', 'The sandbox that the steps ran in; empty where none ran.', ({ verdict }) =>
    known(verdict?.sandbox),
  ),
  column('caveats', 'list', 'What limits the verdict, in words.', ({ verdict }) => verdict?.caveats),
  column('judged_at', 'time', 'When the verdict was kept.', ({ verdict }) => verdict?.judgedAt),
  column(
    'result',
    'text',
    'SHA-256 of the whole result (`wolfi-repro/result/1`), among the artifacts of the sweep.',
    ({ verdict }) => verdict?.result,
  ),
];

export const columns: readonly Column[] = [...published, ...attempted, ...found];
