import { angi } from './angi.ts';
import type { Builder } from './builder.ts';
import { cognitoForms } from './cognito-forms.ts';
import { elementor } from './elementor.ts';
import { fillout } from './fillout.ts';
import { formspree } from './formspree.ts';
import { formstack } from './formstack.ts';
import { generic } from './generic.ts';
import { googleForms } from './google-forms.ts';
import { gravityForms } from './gravity-forms.ts';
import { hubspot } from './hubspot.ts';
import { jotform } from './jotform.ts';
import { metaLeadAds } from './meta-lead-ads.ts';
import { netlify } from './netlify.ts';
import { paperform } from './paperform.ts';
import { tally } from './tally.ts';
import { typeform } from './typeform.ts';
import { unbounce } from './unbounce.ts';
import { webflow } from './webflow.ts';
import { wpforms } from './wpforms.ts';
import { wufoo } from './wufoo.ts';

/** Every builder under the word that a form's configuration uses, which is also the name of its file. */
export const builders = {
  generic,
  typeform,
  tally,
  jotform,
  webflow,
  'gravity-forms': gravityForms,
  wpforms,
  elementor,
  wufoo,
  formstack,
  formspree,
  unbounce,
  netlify,
  fillout,
  paperform,
  'cognito-forms': cognitoForms,
  'google-forms': googleForms,
  hubspot,
  'meta-lead-ads': metaLeadAds,
  angi,
} as const satisfies Readonly<Record<string, Builder>>;

export type BuilderName = keyof typeof builders;
/** The words for builders in a form's configuration. */
export const builderNames = Object.keys(builders) as [BuilderName, ...BuilderName[]];

/** Finds the preset of a builder. */
export function builderOf(name: BuilderName): Builder {
  return builders[name];
}
