/** The name of the machine that built. */
import { beforeRebuilt, changeFinding, type Detector, lineOf } from './evidence.ts';
import { lineOfMaker } from './step-texts.ts';

/** A host name of one or more labels (RFC 1123 §2.1), not a number. */
const hostName =
  /^(?!\d+(\.\d+)*$)[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/;
const speaksOfHosts = /\b(host(name)?|machine|node(name)?|builder|built (on|by)|uname)\b|@/i;

export const hostname: Detector = {
  kind: 'hostname',
  detect: (evidence) => {
    const { changes, facts } = evidence;
    return changes.flatMap((change) => {
      if (change.published === undefined || change.rebuilt === undefined) return [];
      const [published, rebuilt] = [change.published, change.rebuilt].map(withoutUser) as [string, string];
      if (!hostName.test(published) || published === rebuilt) return [];
      if (facts === undefined) {
        if (!hostName.test(rebuilt) || !standsBeforeHosts.test(beforeRebuilt(change))) return [];
        return [changeFinding(change, 'possible', 'both values stand where the name of a machine does')];
      }
      if (rebuilt !== facts.hostname) return [];
      const why = 'the rebuilt value is the name of the machine that our steps saw';
      if (speaksOfHosts.test(lineOf(change))) return [changeFinding(change, 'certain', why)];
      // The guest's name is a word of many texts: only a step that asks for the name makes it one.
      return lineOfMaker(evidence, asksForHost) === undefined ? [] : [changeFinding(change, 'possible', why)];
    });
  },
};

const standsBeforeHosts =
  /(?:\b(?:built|build|compiled|generated|packaged|made) (?:on|at)(?: host| machine)? |\b(?:build[ _-]?)?(?:host(?:name)?|machine|node(?:name)?|builder)["']?[ :=]{1,3}|\bLinux |\w@)["']?$/i;

function asksForHost(line: string): boolean {
  return /\bhostname\b|\buname\b|\bHOSTNAME\b|\bgethostname\b/.test(line);
}

/** The host in a text: `root@localhost` names one as well. */
function withoutUser(text: string): string {
  return /^[-\w.]+@(.+)$/.exec(text)?.[1] ?? text;
}
