/** A build environment that is not the recorded one. */
import type { Detector } from './evidence.ts';

export const environmentDrift: Detector = {
  kind: 'environment-drift',
  detect: ({ substituted, difference, changes, reorderings, ranges }) => {
    const open = [...changes, ...reorderings, ...ranges];
    if (substituted === undefined || difference.section === 'signature' || open.length === 0) return [];
    const { path, published, rebuilt } = difference;
    const why = `${substituted}, and nothing else explains the difference`;
    return [{ confidence: 'possible', place: path, published, rebuilt, why, explains: open }];
  },
};
