/** Paths and white space as Go's standard library treats them (path/filepath, strings, unicode). */

/** What unicode.IsSpace accepts, as the inside of a character class. */
export const goSpace =
  '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const spaces = new RegExp(`[${goSpace}]+`);
const leadingSpaces = new RegExp(`^[${goSpace}]+`);

/** The parts of a text between runs of white space (strings.Fields). */
export function fieldsOf(text: string): string[] {
  return text.split(spaces).filter((field) => field !== '');
}

/** The text without white space at its start. */
export function trimStart(text: string): string {
  return text.replace(leadingSpaces, '');
}

/** Last part of a path (filepath.Base): trailing slashes do not count, `.` for no text and `/` for slashes alone. */
export function baseName(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Directory of a path of a tree; `.` for an entry of the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/**
 * Whether a path lies directly in one of the directories, which may end in a slash. With `recursive`, a
 * directory that ends in `/...` stands for everything below it.
 */
export function isInDirectory(
  path: string,
  directories: readonly string[],
  options: { readonly recursive: boolean },
): boolean {
  const parent = directoryOf(path);
  return directories.some((directory) => {
    if (options.recursive && directory.endsWith('/...')) {
      return `${parent}/`.startsWith(directory.slice(0, -3));
    }
    return parent === directory || `${parent}/` === directory;
  });
}

/** Whether Go's file systems open a cleaned path (io/fs ValidPath): in UTF-8, relative, and not leading out of the root. */
export function isOpenable(path: string): boolean {
  return !/^\/|^\.\.(?:\/|$)|\p{Surrogate}/u.test(path);
}
