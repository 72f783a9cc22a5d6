/** `wolfi-repro doctor`. */
import { type Diagnosis, diagnose } from '../../doctor.ts';
import { callerIds } from '../../execute/sandbox/caller-ids.ts';
import { cacheDirectory } from '../../inputs/cache-folder.ts';
import { renderValue } from '../../report/json-report.ts';
import { verdictExitCodes } from '../../verdict/verdict.ts';
import { printData, terminalStyle } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';

export async function doctorCommand(raw: RawOptions): Promise<number> {
  const found = await diagnose(cacheDirectory(raw.cache), callerIds());
  printData(
    raw.format === 'json'
      ? renderValue({ schema: 'wolfi-repro/doctor/1', found })
      : renderFound(found, raw.color),
  );
  return found.some(({ state }) => state === 'missing') ? verdictExitCodes.inconclusive : 0;
}

function renderFound(found: readonly Diagnosis[], color: boolean): string {
  const style = terminalStyle(color);
  const colours = { fine: style.good, lesser: style.warn, missing: style.bad } as const;
  return found
    .map(({ what, state, detail, remedy }) => {
      const line = `${colours[state](state.padEnd(7))}  ${what.padEnd(20)} ${detail}\n`;
      return remedy === undefined ? line : `${line}${' '.repeat(30)}get it: ${remedy}\n`;
    })
    .join('');
}
