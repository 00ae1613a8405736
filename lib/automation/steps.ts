import { randomUUID } from 'node:crypto';
import type { Automation } from './automation.ts';
import type { Enrollment } from './enrollment.ts';

export type Step = Automation['steps'][number];
/** A step with the id that it keeps, wherever it stands in its automation. */
export type IdentifiedStep = Step & { readonly id: string };

/** Lists the steps of an automation in order. A step that was stored without an id has its index for one. */
export function stepsOf({ steps }: Pick<Automation, 'steps'>): IdentifiedStep[] {
  return steps.map((step, index) => ({ ...step, id: step.id ?? String(index) }));
}

/**
 * Gives each step of a changed automation its id: the given one; else that of the former step with the same template; else that
 * of the former step in its place, which was edited; else a new one, which no text ever had.
 *
 * @param before undefined for a new automation.
 */
export function identifySteps(steps: readonly Step[], before: Automation | undefined): IdentifiedStep[] {
  if (!before) return stepsOf({ steps: [...steps] });
  const former = stepsOf(before);
  const taken = new Set(steps.flatMap(({ id }) => id ?? []));
  const take = (found: IdentifiedStep | undefined) => {
    if (found) taken.add(found.id);
    return found?.id;
  };
  const byTemplate = steps.map(
    ({ id, template }) =>
      id ?? take(former.find((step) => step.template === template && !taken.has(step.id))),
  );
  return steps.map((step, index) => {
    const inPlace = former[index];
    const id =
      byTemplate[index] ??
      take(inPlace && !taken.has(inPlace.id) ? inPlace : undefined) ??
      randomUUID().slice(0, 8);
    return { ...step, id };
  });
}

type Progress = Pick<Enrollment, 'step' | 'stepId' | 'doneSteps' | 'aheadSteps'>;

/**
 * Finds the step that a lead is at. Where that was taken out of the automation, it is the next one that the lead has not had.
 *
 * @returns undefined when none is left.
 */
export function currentStep(automation: Pick<Automation, 'steps'>, enrollment: Progress) {
  const steps = stepsOf(automation);
  const id = enrollment.stepId ?? steps[enrollment.step]?.id;
  return steps.find((step) => step.id === id) ?? nextStep(steps, enrollment);
}

/** Moves past a step: notes it as done, and points at the next one; without a next one nothing is pointed at. */
export function passStep(automation: Pick<Automation, 'steps'>, enrollment: Progress, passed: string) {
  const doneSteps = [...(enrollment.doneSteps ?? []), passed];
  const steps = stepsOf(automation);
  const next = nextStep(steps, { ...enrollment, doneSteps });
  const at = steps.findIndex(({ id }) => id === next?.id);
  const isAhead = ({ id }: IdentifiedStep, index: number) =>
    id !== next?.id && !doneSteps.includes(id) && (index > at || enrollment.aheadSteps?.includes(id));
  const aheadSteps = next ? steps.filter(isAhead).map(({ id }) => id) : [];
  return { next, pointer: { stepId: next?.id, doneSteps, aheadSteps } };
}

/** The first step that was not done and lies ahead: behind the last one done, or ahead before the steps were put in another order. */
function nextStep(steps: readonly IdentifiedStep[], { doneSteps = [], aheadSteps = [] }: Progress) {
  const last = steps.findLastIndex(({ id }) => doneSteps.includes(id));
  return steps.find(({ id }, index) => !doneSteps.includes(id) && (index > last || aheadSteps.includes(id)));
}
