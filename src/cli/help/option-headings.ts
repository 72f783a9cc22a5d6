/** Under which heading of the help each option stands; headings in the order in which they are shown. */

/** Headings with the long names of their options, without the dashes. What is listed nowhere stands under the last heading. */
const headings = {
  'What is judged:': [
    'arch',
    'bundle',
    'changed-since',
    'shard',
    'package',
    'digest',
    'all-versions',
    'in',
    'popularity',
    'at-least',
    'priority',
    'tag',
    'class',
    'distribution',
  ],
  'What is trusted:': [
    'key',
    'allow-unsigned',
    'max-index-age',
    'trust-recipe',
    'trust-recorded-repositories',
    'allow-unpinned-sources',
    'trust',
    'require',
    'no-dissent',
  ],
  'Where things are:': [
    'repository',
    'fallback-repository',
    'recipe-repository',
    'source-cache',
    'source-mirror',
    'source-dir',
    'cache',
    'transcript',
    'scan',
    'syft',
    'melange',
    'objdump',
    'out',
    'output-dir',
    'database',
    'artifacts',
    'rebuilderd',
  ],
  'The network:': ['offline', 'allow-private-addresses', 'allow-plain-http', 'network', 'registries-as-of'],
  'The build:': ['environment', 'sandbox', 'engine', 'all-outputs', 'log', 'keep-scans'],
  'More builds, for causes:': ['repeat', 'vary', 'pin', 'try-fix'],
  'Limits:': ['jobs', 'threads', 'step-seconds', 'memory-mib', 'processes', 'disk-mib'],
  'What passes:': ['policy', 'today', 'baseline', 'tighten', 'fail-on', 'allow-incomplete'],
  'The report:': [
    'format',
    'output',
    'docs-url',
    'quiet',
    'verbose',
    'timings',
    'entries',
    'watch',
    'site-url',
    'jsonl',
    'csv',
    'parquet',
    'mirror-list',
    'author',
  ],
  'Signed statements and indexes:': [
    'attest',
    'attest-key',
    'attest-agent',
    'sign-command',
    'sign-key',
    'signing-key',
    'builder-id',
    'layout',
    'expires',
  ],
  'Options:': ['help', 'version', 'config', 'no-color', 'older-than', 'max-size', 'from', 'dry-run'],
} as const;

/** The headings in their order. */
export const headingOrder: readonly string[] = Object.keys(headings);

/** The heading of an option; undefined for one that no heading lists. */
export function headingOf(name: string): string | undefined {
  return Object.entries(headings).find(([, names]) => names.some((each) => each === name))?.[0];
}
