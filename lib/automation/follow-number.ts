import type { SingleTextStore } from '../single-texts/single-text-store.ts';
import type { EnrollmentStore } from './enrollment-store.ts';
import { renumberEnrollment, wakePending } from './progress.ts';

export interface FollowNumberDeps {
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'change'>;
  readonly singleTexts: Pick<SingleTextStore, 'open' | 'put'>;
  readonly now: () => Date;
}

/**
 * Lets what is due to a lead follow its number (T3, B2). Steps are decided again, on the new number's consent. Texts that
 * agents wrote to the former number are made due: the gate refuses them, and a worker that holds one from before finds
 * another version. What a crash leaves behind, the gate moves or refuses when it meets it.
 *
 * @param former the number that the lead had, E.164.
 */
export async function followNumber(
  deps: FollowNumberDeps,
  leadId: string,
  { former, number }: { readonly former: string | undefined; readonly number: string },
): Promise<void> {
  const { enrollments, now } = deps;
  for (const current of await enrollments.ofLead(leadId)) {
    await enrollments.change(current, (enrollment) =>
      enrollment.number === number ? undefined : renumberEnrollment(enrollment, number, now()),
    );
  }
  if (former === undefined || former === number) return;
  await refuseTexts(deps, leadId, former);
}

async function refuseTexts({ singleTexts, now }: FollowNumberDeps, leadId: string, former: string) {
  for (const text of await singleTexts.open(former)) {
    // Another writer has moved the text on: it has left, or the gate decides it on the lead that it reads then.
    if (text.leadId === leadId) await singleTexts.put(wakePending(text, now()));
  }
}
