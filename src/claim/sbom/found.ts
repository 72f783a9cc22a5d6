/** Elements of a document that a scan of the package's files found. */
import { type JsonObject, textMember } from '../../formats/bounded-json.ts';

/** Whether a scan found an element. The package itself is not found: its record is made of what is recorded anyway. */
export function isFound(element: JsonObject): boolean {
  const source = textMember(element, 'sourceInfo');
  return source !== undefined && !source.endsWith(': /.PKGINFO');
}
