/** Manifests of jars (JAR file specification, "JAR Manifest"): headers of the main section, then those of each entry. */
import { decodeBytes } from '../../bytes.ts';
import type { Structure } from '../../formats/structured-value.ts';
import type { Comparator } from './comparator.ts';
import { laidOut } from './laid-out.ts';

const manifestName = /(?:^|\/)META-INF\/(?:MANIFEST\.MF|[^/]+\.SF)$/;

export const javaManifest: Comparator = laidOut(
  'java-manifest',
  (_published, _rebuilt, path) => manifestName.test(path),
  (bytes, most) => {
    const structure = readManifest(decodeBytes(bytes), most);
    return structure === undefined ? undefined : { structure };
  },
);

/** The headers by name; undefined for text of another form. A line that begins with a space goes on with the one before it. */
function readManifest(text: string, most: number): Structure | undefined {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.replaceAll(/\r?\n /g, '').split(/\r?\n/)) {
    if (line === '') {
      section = undefined;
      continue;
    }
    const colon = line.indexOf(': ');
    if (colon <= 0 || sections.size > most) return undefined;
    const [key, value] = [line.slice(0, colon), line.slice(colon + 2)];
    if (section === undefined) {
      section = new Map();
      const name = sections.size === 0 ? 'main' : value;
      sections.set(sections.has(name) ? `${name} (${sections.size})` : name, section);
    }
    section.set(key, value);
  }
  return sections.size === 0 ? undefined : sections;
}
