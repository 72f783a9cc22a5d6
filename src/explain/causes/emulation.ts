/** What an emulated program sees of the machine and of its emulator. */
import type { BuildFacts } from '../../execute/facts.ts';
import { type Change, changeFinding, type Detector, type Finding } from './evidence.ts';

export const emulation: Detector = {
  kind: 'emulation',
  detect: ({ changes, facts }) =>
    facts?.emulation === undefined ? [] : changes.flatMap((change) => findingOf(change, facts)),
};

function findingOf(change: Change, { processorName }: BuildFacts): Finding[] {
  const published = change.around?.published.text ?? change.published;
  const rebuilt = change.around?.rebuilt.text ?? change.rebuilt;
  if (published === undefined || rebuilt === undefined) return [];
  const appears = (shows: (text: string) => boolean) => shows(rebuilt) && !shows(published);
  if (processorName !== undefined && appears((text) => text.includes(processorName)))
    return [
      changeFinding(
        change,
        'certain',
        'the rebuilt value is the processor of this machine, which an emulated program is shown',
      ),
    ];
  if (appears((text) => /\bqemu\b|\bqemu-/i.test(text)))
    return [changeFinding(change, 'likely', 'the rebuilt value names the emulator')];
  return [];
}
