/**
 * What no public document settles about production's records: a closed list of questions with their answers, that of
 * the one public sample first. A published document decides; what is not on this list is never tried.
 */

export const recordQuestions = {
  /** Whether the recipe's runtime dependencies are in the record. */
  dependencies: ['none', 'declared'],
  provides: ['none', 'declared'],
  url: ['none', 'declared'],
  /** Of several licences: all as they are, all as melange's own document prints them, or the last alone. */
  license: ['joined', 'identified', 'last'],
  /** Whether the recipe's own CPE stands in place of guesses. */
  cpe: ['guessed', 'declared'],
  /** Whether the table of CPEs by origin comes before guesses. */
  originTable: ['unused', 'used'],
  /** The list of files of a package without any: the root, or no list. */
  emptyTree: ['root', 'nothing'],
  /** The newline at the end of a description. */
  description: ['verbatim', 'trimmed'],
  /** Texts of licences that SPDX has none for: melange's alone, syft's behind them, or those of syft's that melange's lack. */
  licenseTexts: ['melange', 'appended', 'united'],
} as const;

export type RecordQuestion = keyof typeof recordQuestions;

/** One answer to each question. */
export type RecordVariant = {
  readonly [Question in RecordQuestion]: (typeof recordQuestions)[Question][number];
};

/** For each question the answers that are possible, in the order of the list. */
export type RecordAnswers = {
  readonly [Question in RecordQuestion]: readonly RecordVariant[Question][];
};

const questions = Object.keys(recordQuestions) as RecordQuestion[];

/** Every combination of answers, that of the sample first. */
export const recordVariants: readonly RecordVariant[] = questions.reduce<Record<string, string>[]>(
  (variants, question) =>
    variants.flatMap((variant) =>
      recordQuestions[question].map((answer) => ({ ...variant, [question]: answer })),
    ),
  [{}],
) as unknown as readonly RecordVariant[];

/** The record of the public sample. */
export const sampleVariant: RecordVariant = recordVariants[0]!;

/** The answers that occur in some of the variants. */
export function answersOf(variants: readonly RecordVariant[]): RecordAnswers {
  const answers = (question: RecordQuestion) =>
    recordQuestions[question].filter((answer) => variants.some((variant) => variant[question] === answer));
  return Object.fromEntries(
    questions.map((question) => [question, answers(question)]),
  ) as unknown as RecordAnswers;
}

/** `dependencies declared, url none`: the questions that the variants answer alike. */
export function decidedText(answers: RecordAnswers): string {
  return questions
    .filter((question) => answers[question].length === 1)
    .map((question) => `${question} ${answers[question][0]}`)
    .join(', ');
}

/** The questions that more than one answer fits. */
export function undecidedQuestions(answers: RecordAnswers): RecordQuestion[] {
  return questions.filter((question) => answers[question].length > 1);
}

/** How much of a published record the best variants give: the id and the CPEs, the id alone, or nothing. */
export type RecordFit = 'id-and-cpes' | 'id' | 'none';

/** How production recorded a package. */
export interface RecordTrait {
  /** What is emitted: the first variant that fits, that of the public sample where none does. */
  readonly variant: RecordVariant;
  /** How well it fits this package. */
  readonly fit: RecordFit;
  /** The answers of all variants that fit as well; where a question has several, the package does not tell. */
  readonly answers: RecordAnswers;
}
