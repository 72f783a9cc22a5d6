/** The release of the kernel that built. */
import { changeFinding, type Detector } from './evidence.ts';

const release = /^v?\d+\.\d+(\.\d+)?([-+._~][-+._~A-Za-z0-9]*)?$/;

export const kernel: Detector = {
  kind: 'kernel',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      if (facts === undefined || change.rebuilt !== facts.kernelRelease) return [];
      if (change.published === undefined || !release.test(change.published)) return [];
      return [changeFinding(change, 'certain', 'the rebuilt value is the kernel release of this machine')];
    }),
};
