/** A build environment that is not the recorded one. */
import { type Detector, isUnstable } from './evidence.ts';

export const environmentDrift: Detector = {
  kind: 'environment-drift',
  detect: (evidence) => {
    const { substituted, difference, changes, reorderings, ranges } = evidence;
    const open = [...changes, ...reorderings, ...ranges];
    if (isUnstable(evidence)) return [];
    if (substituted === undefined || difference.section === 'signature' || open.length === 0) return [];
    const { path, published, rebuilt } = difference;
    const why = `${substituted}, and nothing else explains the difference`;
    return [{ confidence: 'possible', place: path, published, rebuilt, why, explains: open }];
  },
};
