/** docs/melange/history.md as it follows from the table of changes. */
import { changes, oldest, type Settings } from '../../src/melange/history.ts';

export function historyPage(): string {
  const rows = changes.map(({ since, what, source, set }) => [since, what, source, settingsText(set)]);
  return `# What melange has changed

Made of \`src/melange/history.ts\` by \`npm run history\`: everything that melange has changed since v0.15.12, as far as it shows in the bytes
of a package. A package is emitted by the rules of the version that wrote it: those of the oldest version, with the settings of all rows up to it.
The source is a file of melange at the tag of the row, unless another program or library is named.

${table(['since', 'what', 'source', 'settings'], rows)}

## The rules before

${table(
  ['setting', 'value'],
  entriesOf(oldest).map(([name, value]) => [`\`${name}\``, value]),
)}
`;
}

function settingsText(set: Settings): string {
  return entriesOf(set)
    .map(([name, value]) => `\`${name}\` ${value}`)
    .join('; ');
}

/** Settings of groups as `group.name`. */
function entriesOf(set: object): [name: string, value: string][] {
  return Object.entries(set).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? entriesOf(value).map(([inner, text]): [string, string] => [`${name}.${inner}`, text])
      : [[name, valueText(name, value)] as [string, string]],
  );
}

function valueText(name: string, value: unknown): string {
  if (name === 'mode') return `\`0${Number(value).toString(8)}\``;
  return Array.isArray(value) ? value.map((each) => `\`${each}\``).join(' ') : `\`${String(value)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
