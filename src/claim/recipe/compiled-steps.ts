/** Rules for the steps of a compiled recipe, including those of its tests: melange compiles them with the rest. */
import { conditionHolds } from '../../melange/condition.ts';
import type { Format } from '../../melange/format.ts';
import { compareVersions, parseRelease } from '../../melange/version.ts';
import { hasComment } from '../shell-comment.ts';
import type { CompiledFor, Rule, Uncompiled } from './compiled-rule.ts';
import type { Recipe, Step } from './recipe.ts';

/** A list of steps that melange compiles, and whether it passes the environment of steps down in it. */
export interface StepList {
  readonly path: string;
  readonly steps: readonly Step[];
  readonly isTest: boolean;
}

export function stepLists(recipe: Recipe): StepList[] {
  return [
    { path: 'pipeline', steps: recipe.pipeline, isTest: false },
    { path: 'test.pipeline', steps: recipe.test.pipeline, isTest: true },
    ...recipe.subpackages.flatMap(({ pipeline, test }, index) => [
      { path: `subpackages[${index}].pipeline`, steps: pipeline, isTest: false },
      { path: `subpackages[${index}].test.pipeline`, steps: test.pipeline, isTest: true },
    ]),
  ];
}

/** A step with its place; `parent` is undefined at the top. */
export interface Located {
  readonly path: string;
  readonly step: Step;
  readonly parent: Step | undefined;
}

/** Every step of a list, outer ones first; below a step only where `enters` says so. */
export function* stepsBelow(
  { path, steps }: Pick<StepList, 'path' | 'steps'>,
  enters: (step: Step) => boolean = () => true,
  parent?: Step,
): Generator<Located> {
  for (const [index, step] of steps.entries()) {
    const at = `${path}[${index}]`;
    yield { path: at, step, parent };
    if (enters(step)) yield* stepsBelow({ path: `${at}.pipeline`, steps: step.pipeline }, enters, step);
  }
}

function everyStep(recipe: Recipe): Located[] {
  return stepLists(recipe).flatMap((list) => [...stepsBelow(list)]);
}

/**
 * pkg/build/compile.go, `compilePipeline`, and pkg/config/config.go, `validatePipelines`. A definition without steps leaves a step that
 * melange fills from its own definitions when it compiles it again; none of the definitions that melange brings is without steps.
 */
const definitionsAreSpelledOut: Rule = function* (recipe) {
  for (const { path, step } of everyStep(recipe)) {
    if (step.uses === '' && step.with.size > 0) {
      yield { code: 'recipe-unreadable', path, problem: 'has inputs and uses nothing' };
    } else if (step.uses !== '' && step.runs !== '') {
      yield { code: 'unsupported', path, problem: 'uses a pipeline and also has a script of its own' };
    } else if (step.uses !== '' && step.pipeline.length === 0) {
      yield { code: 'unsupported', path, problem: 'uses a pipeline whose steps are not there' };
    }
  }
};

/**
 * pkg/build/compile.go, `stripComments`: a text is a first line that names an interpreter, if there was one, and statements, each with
 * its end of line. Comments are removed from it, which is checked as far as that is possible without a parser of the shell.
 */
const textsAreStatements: Rule = function* (recipe) {
  for (const { path, step } of everyStep(recipe)) {
    if (step.runs === '') continue;
    const start = step.runs.startsWith('#!') ? step.runs.indexOf('\n') + 1 : 0;
    if (!step.runs.endsWith('\n') || /\s/.test(step.runs[start] ?? '') || hasComment(step.runs, start))
      yield {
        code: 'recipe-unreadable',
        path: `${path}.runs`,
        problem: 'is not printed as melange prints it',
      };
  }
};

/** pkg/build/compile.go, `compilePipeline`: a step inherits its parent's. */
const directoriesAreHandedDown: Rule = function* (recipe) {
  for (const { path, step, parent } of everyStep(recipe)) {
    if (step.workingDirectory === '' && (parent?.workingDirectory ?? '') !== '')
      yield { code: 'recipe-unreadable', path: `${path}.working-directory`, problem: 'is missing' };
  }
};

/**
 * pkg/config/config.go, `propagateChildPipelines`: what is written in the recipe itself has all variables of the step around it, and
 * since v0.18.1 melange crashes where that has none. Below `uses` are steps of a definition, which was read later.
 */
const environmentsAreHandedDown: Rule = function* (recipe, { format, released }) {
  const crashes = released && compareVersions(format.version, parseRelease('v0.18.1')!) >= 0;
  for (const list of stepLists(recipe).filter(({ isTest }) => !isTest)) {
    for (const { path, step, parent } of stepsBelow(list, ({ uses }) => uses === '')) {
      if (parent === undefined) continue;
      const missing = [...parent.environment.keys()].some((name) => !step.environment.has(name));
      if (missing || (crashes && parent.environment.size === 0 && step.environment.size > 0))
        yield {
          code: 'recipe-unreadable',
          path: `${path}.environment`,
          problem: 'is not that of the step around it with its own',
        };
    }
  }
};

/** pkg/build/compile.go, `gatherDeps`: what a step at the top needs is moved into the environment if it runs. */
const needsAreGathered: Rule = function* (recipe, { format }) {
  for (const { path, steps } of stepLists(recipe)) {
    for (const [index, { if: condition, needs }] of steps.entries()) {
      const given = needs.present === true || needs.packages.length > 0;
      if (given && conditionHolds(condition, format.condition))
        yield {
          code: 'recipe-unreadable',
          path: `${path}[${index}].needs`,
          problem: 'is there although the step runs',
        };
    }
  }
};

/** pkg/build/compile.go, `gatherDeps`: every condition is evaluated that is not within a step that is skipped. */
const conditionsCanBeEvaluated: Rule = function* (recipe, given) {
  for (const { path, steps } of stepLists(recipe)) yield* unevaluable(path, steps, given);
  for (const [index, subpackage] of recipe.subpackages.entries()) {
    if (isAmbiguous(subpackage.if, given)) yield ambiguous(`subpackages[${index}]`);
  }
};

function* unevaluable(path: string, steps: readonly Step[], given: CompiledFor): Generator<Uncompiled> {
  for (const [index, step] of steps.entries()) {
    const at = `${path}[${index}]`;
    if (isAmbiguous(step.if, given)) yield ambiguous(at);
    if (conditionHolds(step.if, given.format.condition))
      yield* unevaluable(`${at}.pipeline`, step.pipeline, given);
  }
}

const grammars: readonly Format['condition'][] = ['left-to-right', 'and-of-pairs'];

/** Whether both grammars apply: where the builder did not print its version, either may be its own. */
function isAmbiguous(condition: string, { released }: CompiledFor): boolean {
  if (released || condition === '') return false;
  const [now, before] = grammars.map((grammar) => conditionHolds(condition, grammar));
  return now !== before;
}

function ambiguous(path: string): Uncompiled {
  return {
    code: 'unsupported',
    path: `${path}.if`,
    problem: 'is decided differently by other versions, and the builder did not print its own',
  };
}

/** pkg/build/build.go, `isBuildLess`, which came and went. */
const versionDecidesNothing: Rule = function* ({ pipeline, subpackages }, { released }) {
  if (!released && pipeline.length === 0 && subpackages.some((each) => each.pipeline.length > 0))
    yield {
      code: 'unsupported',
      path: 'pipeline',
      problem:
        'is empty, so whether subpackages are built depends on a version that the builder did not print',
    };
};

export const compiledSteps: readonly Rule[] = [
  conditionsCanBeEvaluated,
  definitionsAreSpelledOut,
  textsAreStatements,
  directoriesAreHandedDown,
  environmentsAreHandedDown,
  needsAreGathered,
  versionDecidesNothing,
];
