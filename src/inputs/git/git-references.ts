/** Names of branches and tags. */

/** What a part of a name must not be or end with (git-check-ref-format(1)). */
const forbiddenPart = /^\.|\.lock$|^$/;
/** What a name must not contain; `-` at the beginning of a part could be taken for an option. */
const forbiddenText = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/;

/** Whether git accepts a full name as that of a reference; a character stands for a byte. */
export function isReferenceName(name: string): boolean {
  return (
    name.length <= 1024 &&
    !forbiddenText.test(name) &&
    !name.endsWith('.') &&
    name.split('/').length > 2 &&
    name.split('/').every((part) => !forbiddenPart.test(part))
  );
}
