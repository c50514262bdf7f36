/** The pages of the profile wizard, in the order of its steps. */
import type { Page } from '../shell/page.ts';
import { classesStep } from './classes.ts';
import { domainsStep } from './domains.ts';
import { groupsStep } from './groups.ts';
import { guardsStep } from './guards.ts';
import { identityStep } from './identity.ts';
import { licensesStep } from './licenses.ts';
import { modeStep } from './mode.ts';
import { enableStep, previewStep } from './preview.ts';
import { propertiesStep } from './properties.ts';
import { schoolsStep } from './schools.ts';
import { sourceStep } from './source.ts';
import { summaryStep } from './summary.ts';

export const wizardPages: readonly Page[] = [
  ...[sourceStep, modeStep, identityStep, domainsStep, licensesStep, schoolsStep],
  ...[propertiesStep, classesStep, groupsStep, guardsStep, summaryStep, previewStep, enableStep],
];
