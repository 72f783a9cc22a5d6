/** What is said of a failure: why, what was expected, and the end of what a program said. */
import type { Failure } from '../failure.ts';
import { type Bounds, show } from './bounds.ts';
import type { Fact } from './fact.ts';

export function failureFacts({ message, expected, got, script }: Failure, bounds: Bounds): Fact[] {
  return [
    { label: 'why', value: show(message, bounds.value) },
    ...(expected === undefined ? [] : [{ label: 'expected', value: show(expected, bounds.value) }]),
    ...(got === undefined || got === ''
      ? []
      : [{ label: 'got', value: outputTail(got, bounds), tone: 'faint' as const }]),
    ...(script === undefined
      ? []
      : [{ label: 'script', value: outputTail(script, bounds), tone: 'faint' as const }]),
  ];
}

/** The last lines of a program's output; its control characters are spelled out. */
function outputTail(text: string, { value, outputLines }: Bounds): string {
  const lines = text.trimEnd().split('\n');
  const cut = lines.length - outputLines;
  const shown = lines.slice(-outputLines).map((line) => show(line, value));
  return (cut > 0 ? [`… ${cut} lines before`, ...shown] : shown).join('\n');
}
