/** The name of the machine that built. */
import { beforeRebuilt, type Change, changeFinding, type Detector, lineOf } from './evidence.ts';
import { lineOfMaker } from './step-texts.ts';
import { isWordOfDate } from './time-forms.ts';

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
        if (![published, rebuilt].every(mayBeHost) || !standsWhereHostsDo(change)) return [];
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
  /(?:\b(?:built|build|compiled|generated|packaged|made) (?:on|at)(?: host| machine)? |\b(?:build[ _-]?)?(?:host(?:name)?|machine|node(?:name)?|builder)["']?[ :=]{1,3}|\bLinux )["']?$/i;

/** `by root@host`, and what the kernel says of itself; an address of mail looks the same. */
const standsBeforeUsers =
  /(?:\b(?:by|on|at|host(?:name)?|machine)[:=]? {0,2}|\bLinux version \S{1,64} )["'(]?$/i;
const speaksOfMail = /\b(?:maintainer|author|e?-?mail|contact|report|copyright|bugs)/i;

/** Words that stand where a host does: a system, a processor, what is compiled for, a release, a day. */
const notHosts =
  /^(?:linux|gnu|debian|ubuntu|fedora|centos|alpine|wolfi|darwin|macos|windows|freebsd|x86(?:[-_]64)?|amd64|i\d86|aarch64|s390x?)(?:[-_.]?\d[\w.]*)?$|^(?:arm|riscv|ppc)(?:[\w.]|-\d)*$|-(?:linux|darwin|mingw\d*|freebsd|gnu|musl)|^\d+\.\d+\.\d/i;

function mayBeHost(text: string): boolean {
  return hostName.test(text) && !notHosts.test(text) && !isWordOfDate(text);
}

function standsWhereHostsDo(change: Change): boolean {
  const before = beforeRebuilt(change);
  if (standsBeforeHosts.test(before)) return true;
  const [left, right] = [change.published, change.rebuilt].map((text) => userOf(text ?? ''));
  if (left === undefined || left !== right || !standsBeforeUsers.test(before)) return false;
  return !speaksOfMail.test(lineOf(change));
}

function asksForHost(line: string): boolean {
  return /\bhostname\b|\buname\b|\bHOSTNAME\b|\bgethostname\b/.test(line);
}

function userOf(text: string): string | undefined {
  return /^([-\w.]+)@/.exec(text)?.[1];
}

/** The host in a text: `root@localhost` names one as well. */
function withoutUser(text: string): string {
  return /^[-\w.]+@(.+)$/.exec(text)?.[1] ?? text;
}
