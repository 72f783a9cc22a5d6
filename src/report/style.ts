/** Roles of words in a report; the program that shows it gives them colours, or none. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;

export const plainStyle: Style = { good: same, bad: same, warn: same, faint: same, strong: same };
