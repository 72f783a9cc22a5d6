/** The memory of the machine that built. */
import { changeFinding, type Detector, lineOf } from './evidence.ts';

export const memorySize: Detector = {
  kind: 'memory-size',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      if (facts?.memoryKib === undefined || !/^\d{3,15}$/.test(change.published ?? '')) return [];
      if (!sizesOf(facts.memoryKib).includes(change.rebuilt ?? '')) return [];
      const certain = /mem/i.test(lineOf(change));
      return [
        changeFinding(
          change,
          certain ? 'certain' : 'likely',
          'the rebuilt value is the size of this machine’s memory',
        ),
      ];
    }),
};

/** The size in bytes and KiB; larger units would match by chance. */
function sizesOf(kib: number): string[] {
  return [kib, kib * 1024].map(String);
}
