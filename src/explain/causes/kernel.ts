/** The release of the kernel that built. */
import { beforeRebuilt, changeFinding, type Detector } from './evidence.ts';

const release = /^v?\d+\.\d+(\.\d+)?([-+._~][-+._~A-Za-z0-9]*)?$/;

/** What `uname -r` says has three numbers at least; two are a version that something needs. */
const complete = /^v?\d+\.\d+\.\d/;

export const kernel: Detector = {
  kind: 'kernel',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      const { published, rebuilt } = change;
      if (published === undefined || rebuilt === undefined || !release.test(published)) return [];
      if (facts !== undefined) {
        if (rebuilt !== facts.kernelRelease) return [];
        return [changeFinding(change, 'certain', 'the rebuilt value is the kernel release of this machine')];
      }
      if (!complete.test(published) || !complete.test(rebuilt) || !release.test(rebuilt)) return [];
      if (!standsBeforeKernels.test(beforeRebuilt(change))) return [];
      return [changeFinding(change, 'possible', 'both values stand where a kernel says its release')];
    }),
};

/** `uname -a`: Linux, the host, the release. */
const standsBeforeKernels =
  /\b(?:Linux (?:[A-Za-z][-\w.]{0,64} )?(?:version )?|kernel(?:[ _-]?(?:release|version))?["']?[ :=]{1,3}|uname(?: -r)?["']?[ :=]{1,3}|KERNELRELEASE["']?[ :=]{1,3})["']?$/i;
