/** `wolfi-repro diff`. */
import { type DiffResult, diff } from '../../diff.ts';
import type { DiffFormat } from '../../report/format-names.ts';
import type { RawOptions } from '../options.ts';
import { printData, terminalColumns, terminalStyle } from '../output.ts';
import { requireFilesOrFolders } from '../paths.ts';

export async function diffCommand(published: string, rebuilt: string, raw: RawOptions): Promise<number> {
  requireFilesOrFolders([published, rebuilt]);
  const result = await diff(published, rebuilt);
  printData(await render(result, raw));
  const same =
    result.kind === 'packages' ? result.comparison.files.equal : result.comparison.likeness === 'identical';
  return same ? 0 : 1;
}

/** Each format is loaded when it is asked for: text needs few of them. */
async function render(result: DiffResult, { format = 'text', color }: RawOptions): Promise<string> {
  if (format === 'text') {
    const { renderDiffText } = await import('../../report/text-report.ts');
    return renderDiffText(result, terminalStyle(color), terminalColumns());
  }
  const { diffFormats } = await import('../../report/diff-formats.ts');
  return diffFormats[format as DiffFormat](result);
}
