/** Times in reports: a number of seconds with the date that it stands for. */

/** Seconds since 1970 that packages hold: of 1973, from where on the number has nine digits, to 2100. */
const seconds = /^[0-9]{9,10}$/;
const latest = 4_102_444_800;

/** A number of seconds since 1970 with its date in UTC beside it; any other text as it is. */
export function withDate(text: string): string {
  if (!seconds.test(text) || Number(text) >= latest) return text;
  const date = new Date(Number(text) * 1000).toISOString();
  return `${text} (${date.slice(0, 10)} ${date.slice(11, 19)} UTC)`;
}
