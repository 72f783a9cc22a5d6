/**
 * How production's generator writes an SBOM, as far as it is known: a closed list of forms, each a record of switches, and for
 * each form the questions that no public document settles, with their answers. A published document decides; what is not on
 * this list is never tried.
 */

import type { Sha256 } from '../../digest.ts';

/** Every question with every answer that some form allows. */
export const recordQuestions = {
  /** Which program the document's head names. */
  head: ['melange', 'chainguard-build'],
  /** Whether the recipe's runtime dependencies are in the record. */
  dependencies: ['none', 'declared'],
  provides: ['none', 'declared'],
  url: ['none', 'declared'],
  /** Of several licences: all as they are, all as melange's own document prints them, or only the last. */
  license: ['joined', 'identified', 'last'],
  /** Whether the recipe's own CPE stands in place of guesses. */
  cpe: ['declared', 'guessed'],
  /** Whether the table of CPEs by origin comes before guesses. */
  originTable: ['used', 'unused'],
  /** The list of files of a package without files: the root, or no list. */
  emptyTree: ['root', 'nothing'],
  /** The newline at the end of a description. */
  description: ['verbatim', 'trimmed'],
  /** Texts of licences that SPDX has no text for: only melange's, melange's followed by syft's, or melange's with those of syft's that melange lacks. */
  licenseTexts: ['melange', 'appended', 'united'],
} as const;

export type RecordQuestion = keyof typeof recordQuestions;

/** For each question the answers that are possible, in the order of the list. */
export type RecordAnswers = {
  readonly [Question in RecordQuestion]: readonly (typeof recordQuestions)[Question][number][];
};

export type FormName = 'A' | 'B' | 'C' | 'D';

/** What production's generator did at one time. The dates are those of the recipe commits of the packages that were seen. */
export interface ProductionForm {
  readonly name: FormName;
  /** The first and the last package that was seen. */
  readonly seen: readonly [first: string, last: string];
  /**
   * How lists are hashed in ids: 0 is gohugoio/hashstructure v0.6.0, 1 is v1.0.0 (released 2026-08-01) and v1.1.0, which
   * finish a list with a hash of its own and count equal elements once.
   */
  readonly hashGeneration: 0 | 1;
  /** Whether syft guesses CPEs where neither the recipe nor the table of origins has one. */
  readonly guessesCpes: boolean;
  /** What the last relationship says of the scanned directory: the document describes it, or melange's package contains it. */
  readonly root: 'described-by-document' | 'contained-in-package';
  /** The answers that are tried. */
  readonly answers: RecordAnswers;
}

/**
 * What public documents settle: four packages that declare both have neither dependencies nor provides in their records; CPEs
 * that recipes declare and those of the table by origin stand in the SBOMs of images of April to September 2026.
 */
export const settledAnswers = {
  dependencies: 'none',
  provides: 'none',
  cpe: 'declared',
  originTable: 'used',
} as const;

const open: RecordAnswers = {
  ...recordQuestions,
  dependencies: [settledAnswers.dependencies],
  provides: [settledAnswers.provides],
  cpe: [settledAnswers.cpe],
  originTable: [settledAnswers.originTable],
};

/**
 * The forms in chronological order. Form A is known from one complete package (perl-json 4.11-r0), which answers hardly any question, so
 * it keeps every answer, those that were settled later first; of B and C no complete document was seen, so both heads are tried.
 */
export const productionForms: readonly ProductionForm[] = [
  {
    name: 'A',
    seen: ['libverto 0.3.2-r7, 2026-03-12', 'brotli r3, 2026-04-14'],
    hashGeneration: 0,
    guessesCpes: true,
    root: 'described-by-document',
    answers: { ...recordQuestions, head: ['melange'] },
  },
  {
    name: 'B',
    seen: ['ca-certificates 20260413-r0, 2026-04-17', 'gdbm r5, 2026-05-11'],
    hashGeneration: 0,
    guessesCpes: true,
    root: 'contained-in-package',
    answers: open,
  },
  {
    name: 'C',
    seen: ['cloudflared r2, 2026-05-27', 'cyrus-sasl-heimdal r54, 2026-08-02'],
    hashGeneration: 0,
    guessesCpes: false,
    root: 'contained-in-package',
    answers: open,
  },
  {
    name: 'D',
    seen: ['zlib r4, 2026-08-09', 'wolfi-baselayout 20230201-r30, 2026-09-10'],
    hashGeneration: 1,
    guessesCpes: false,
    root: 'contained-in-package',
    answers: { ...open, head: ['chainguard-build'] },
  },
];

/** A form, and one answer to each question. */
export type RecordVariant = { readonly form: FormName } & {
  readonly [Question in RecordQuestion]: (typeof recordQuestions)[Question][number];
};

const questions = Object.keys(recordQuestions) as RecordQuestion[];

/** Every combination of answers of one form. */
function variantsOf({ name, answers }: ProductionForm): readonly RecordVariant[] {
  return questions.reduce<Record<string, string>[]>(
    (variants, question) =>
      variants.flatMap((variant) => answers[question].map((answer) => ({ ...variant, [question]: answer }))),
    [{ form: name }],
  ) as unknown as readonly RecordVariant[];
}

/** Every combination of every form, the oldest form first. */
export const recordVariants: readonly RecordVariant[] = productionForms.flatMap(variantsOf);

/** The record of the public sample of form A. */
export const sampleVariant: RecordVariant = recordVariants[0]!;

export function formOf({ form }: Pick<RecordVariant, 'form'>): ProductionForm {
  return productionForms.find(({ name }) => name === form)!;
}

/** The forms that occur in the variants. */
export function formsOf(variants: readonly RecordVariant[]): FormName[] {
  return productionForms
    .map(({ name }) => name)
    .filter((name) => variants.some((variant) => variant.form === name));
}

/** The answers that occur in the variants. */
export function answersOf(variants: readonly RecordVariant[]): RecordAnswers {
  const answers = (question: RecordQuestion) =>
    recordQuestions[question].filter((answer) => variants.some((variant) => variant[question] === answer));
  return Object.fromEntries(
    questions.map((question) => [question, answers(question)]),
  ) as unknown as RecordAnswers;
}

/** `license last, url none`: the questions that all variants answer alike, except those that were answered as settled. */
export function decidedText(answers: RecordAnswers): string {
  return questions
    .filter((question) => question !== 'head' && answers[question].length === 1)
    .filter((question) => answers[question][0] !== settledAnswer(question))
    .map((question) => `${question} ${answers[question][0]}`)
    .join(', ');
}

/** The questions that more than one answer fits, and that nothing else settles. */
export function undecidedQuestions(answers: RecordAnswers): RecordQuestion[] {
  return questions.filter(
    (question) => answers[question].length > 1 && settledAnswer(question) === undefined,
  );
}

function settledAnswer(question: RecordQuestion): string | undefined {
  return Object.hasOwn(settledAnswers, question)
    ? settledAnswers[question as keyof typeof settledAnswers]
    : undefined;
}

/** `form D: chainguard-build, hash generation 1, no guessed CPEs, root contained in the package`; of several forms, what they share. */
export function formText({ variant, forms }: Pick<RecordTrait, 'variant' | 'forms'>): string {
  const [first, ...others] = forms.map((form) => switchTexts(formOf({ form })));
  const shared = first!.filter((text) => others.every((texts) => texts.includes(text)));
  return `form ${forms.join(' or ')}: ${[variant.head, ...shared].join(', ')}`;
}

function switchTexts({ hashGeneration, guessesCpes, root }: ProductionForm): string[] {
  return [
    `hash generation ${hashGeneration}`,
    guessesCpes ? 'CPEs guessed' : 'no guessed CPEs',
    root === 'described-by-document' ? 'root described by the document' : 'root contained in the package',
  ];
}

/** Everything on the list, as text for a package that nothing on it fits. */
export function triedText(): string {
  const forms = productionForms.map(({ name, answers }) => {
    const asked = questions
      .filter((question) => answers[question].length > 1)
      .map((question) => `${question} ${answers[question].join('|')}`);
    return `form ${name} (${asked.join(', ')})`;
  });
  return forms.join('; ');
}

/** How much of a published record the best variants give: the id and the CPEs, only the id, or nothing. */
export type RecordFit = 'id-and-cpes' | 'id' | 'none';

/** How production recorded a package. */
export interface RecordTrait {
  /** The variant that is emitted: the first that fits; where none gives the id, the first that fits the rest best. */
  readonly variant: RecordVariant;
  /** How well it fits this package. */
  readonly fit: RecordFit;
  /** The forms of all variants that fit equally well. */
  readonly forms: readonly FormName[];
  /** The answers of all variants that fit equally well; where a question has several, the package does not show which. */
  readonly answers: RecordAnswers;
  /**
   * A digest of the elements that production's scan found (`digestFound`): what is read of the rebuilt tree is believed where it has
   * this digest, and no element can be recovered from it.
   */
  readonly found: Sha256;
}
