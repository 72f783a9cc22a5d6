/** `wolfi-repro diff`. */
import { type DiffResult, diff } from '../../diff.ts';
import { renderComparisonJson } from '../../report/json.ts';
import { renderComparisonText } from '../../report/text.ts';
import { renderTreesJson, renderTreesText } from '../../report/trees.ts';
import { type RawOptions, requireFilesOrFolders } from '../options.ts';
import { printData, terminalColumns, terminalStyle } from '../output.ts';

export async function diffCommand(published: string, rebuilt: string, raw: RawOptions): Promise<number> {
  requireFilesOrFolders([published, rebuilt]);
  const result = await diff(published, rebuilt);
  printData(raw.format === 'json' ? jsonOf(result) : textOf(result, raw));
  const same =
    result.kind === 'packages' ? result.comparison.files.equal : result.comparison.likeness === 'identical';
  return same ? 0 : 1;
}

function jsonOf({ kind, comparison }: DiffResult): string {
  return kind === 'packages' ? renderComparisonJson(comparison) : renderTreesJson(comparison);
}

function textOf({ kind, comparison }: DiffResult, raw: RawOptions): string {
  const page = [terminalStyle(raw.color), terminalColumns()] as const;
  return kind === 'packages'
    ? renderComparisonText(comparison, ...page)
    : renderTreesText(comparison, ...page);
}
