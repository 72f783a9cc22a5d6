/** Go's durations (time.ParseDuration). */

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms?|s|h)/y;

/** The seconds of a duration in a recipe: 0 for an empty text, negative behind a minus sign. */
export function durationSeconds(text: string): number {
  let seconds = 0;
  part.lastIndex = /^[-+]/.test(text) ? 1 : 0;
  for (let match = part.exec(text); match !== null; match = part.exec(text))
    seconds += Number(match[1]) * unitSeconds[match[2]!]!;
  return text.startsWith('-') ? -seconds : seconds;
}
