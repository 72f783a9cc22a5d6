/** `wolfi-repro diff`. */
import { diff } from '../../diff.ts';
import { renderComparisonJson } from '../../report/json.ts';
import { renderComparisonText } from '../../report/text.ts';
import { type RawOptions, requireFiles } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';

export async function diffCommand(published: string, rebuilt: string, raw: RawOptions): Promise<number> {
  requireFiles([published, rebuilt]);
  const comparison = await diff(published, rebuilt);
  const text =
    raw.format === 'json'
      ? renderComparisonJson(comparison)
      : renderComparisonText(comparison, terminalStyle(raw.color));
  printData(text);
  return comparison.files.equal ? 0 : 1;
}
