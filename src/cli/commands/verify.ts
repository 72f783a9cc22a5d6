/** `wolfi-repro verify`. */
import { Failure } from '../../failure.ts';
import { renderJson } from '../../report/json.ts';
import { renderText } from '../../report/text.ts';
import type { RunResult } from '../../verdict/result.ts';
import { verify } from '../../verify.ts';
import { type RawOptions, requireFiles, runOptions } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';
import { showProgress, writeReport } from '../progress.ts';
import { cancellable } from '../signals.ts';

type Renderer = (result: RunResult) => string;

export async function verifyCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  requireFiles(files);
  const outputs = (raw.output ?? []).map((path) => [path, rendererFor(path)] as const);
  const progress = showProgress(raw.log);
  return cancellable(async (signal) => {
    const result = await verify(files, runOptions(raw, signal, progress.onEvent)).finally(() =>
      progress.stop(),
    );
    for (const [path, render] of outputs) writeReport(path, render(result));
    const style = terminalStyle(raw.color);
    printData(raw.format === 'json' ? renderJson(result) : renderText(result, style));
    return result.exitCode;
  });
}

const endings: readonly (readonly [string, Renderer])[] = [
  ['.json', renderJson],
  ['.txt', (result) => renderText(result)],
];

function rendererFor(path: string): Renderer {
  const found = endings.find(([ending]) => path.endsWith(ending));
  if (found !== undefined) return found[1];
  throw new Failure('usage', `the ending of ${path} says no format`, {
    expected: endings.map(([ending]) => ending).join(' '),
  });
}
