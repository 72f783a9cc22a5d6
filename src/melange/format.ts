/**
 * What differs between the versions of melange, as far as it shows in bytes: one record of switches per version, which is all changes
 * up to it (`history.ts`) folded into one; checked against packages that those versions built (docs/fidelity.md).
 */
import { changes, oldest, type Settings } from './history.ts';
import type { Format, Switches } from './switches.ts';
import { compareVersions, parseRelease, type Version } from './version.ts';

export type {
  DeflateGeneration,
  Format,
  LicenseValidator,
  OwnerHandling,
  PurlEscaping,
  RecipeForm,
  SbomFormat,
} from './switches.ts';

const releasesOfChanges = changes.map(({ since }) => parseRelease(since)!);

/** The switches of one version. Versions newer than the newest known one are assumed to be like it. */
export function formatOf(version: Version): Format {
  const made = changes.filter((_, index) => compareVersions(version, releasesOfChanges[index]!) >= 0);
  return { version, ...folded(made) };
}

/** The records by the releases of their changes: each combination is folded once, since every package is compared with many versions. */
const records = new Map<string, Switches>();

function folded(made: typeof changes): Switches {
  const key = made.map(({ since }) => since).join(' ');
  const known = records.get(key);
  if (known !== undefined) return known;
  const switches = made.reduce<Switches>((before, { set }) => withSettings(before, set), oldest);
  records.set(key, switches);
  return switches;
}

/** Groups are changed in part, everything else as a whole. */
function withSettings(before: Switches, settings: Settings): Switches {
  const set = Object.entries(settings).map(([key, value]) => {
    const isGroup = typeof value === 'object' && !Array.isArray(value);
    return [key, isGroup ? { ...(before[key as keyof Switches] as object), ...value } : value];
  });
  return { ...before, ...(Object.fromEntries(set) as Partial<Switches>) };
}
