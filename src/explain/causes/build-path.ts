/** The folder in which something was built. */
import { changeFinding, type Detector } from './evidence.ts';

/** Folders in which software is built and which no package ships. */
const buildFolders = /^\/(home\/build|tmp|var\/tmp|build|usr\/src|root|home\/[^/]+|workspace|work)(\/|$)/;

export const buildPath: Detector = {
  kind: 'build-path',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      const { published, rebuilt } = change;
      if (published === undefined || rebuilt === undefined || published === rebuilt) return [];
      if (!isPath(published) || !isPath(rebuilt) || !buildFolders.test(rebuilt)) return [];
      const ours =
        facts !== undefined && (rebuilt.startsWith(`${facts.workspace}/`) || rebuilt.startsWith('/tmp/'));
      const alike = buildFolders.test(published) || lastPart(published) === lastPart(rebuilt);
      if (!alike) return [];
      const why = 'the rebuilt value is a path below a folder in which software is built';
      return [changeFinding(change, ours ? 'certain' : 'likely', why)];
    }),
};

function isPath(text: string): boolean {
  return /^\/[^\s:]+$/.test(text);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
