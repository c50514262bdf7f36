/** What a draft says, in a few words for each step. Pure: whatever is missing or wrong is left out here. */
import { z } from 'zod';
import { counted } from '../../../../shared/page/parts.ts';
import { contentOf, type DraftStep } from '../../../profile/draft/steps.ts';
import { productName } from '../../../profile/products.ts';
import { profileShape } from '../../../profile/profile.ts';
import type { LooseDocument } from '../../../store/profiles/drafts.ts';
import { valueAt } from './fields.ts';
import { ruleWords } from './match-table.ts';

const { shape } = profileShape;
const modes = { create: 'are created', match: 'are matched' } as const;
const roles = ['students', 'teachers'] as const;
const title = { students: 'Students', teachers: 'Teachers', classes: 'Classes' } as const;

export function sentencesOf(document: LooseDocument, step: DraftStep): string[] {
  const content = contentOf(document, step);
  switch (step) {
    case 'source':
      return [textAt(content, 'name')];
    case 'mode':
      return roles.flatMap((role) => {
        const mode = z.enum(['create', 'match']).safeParse(valueAt(content, `mode.${role}`)).data;
        return mode === undefined ? [] : [`${title[role]} ${modes[mode]}`];
      });
    case 'identity':
      return identity(document);
    case 'domains':
      return Object.entries(shape.domains.safeParse(content.domains).data ?? {}).map(
        ([what, domain]) => `${title[what as keyof typeof title]}: ${domain}`,
      );
    case 'licenses':
      return licenses(document);
    case 'schools': {
      const schools = shape.schools.safeParse(content.schools).data;
      return schools === undefined ? [] : [schools === 'all' ? 'All schools' : counted(schools.length, 'school')];
    }
    case 'properties': {
      const chosen = Object.entries(shape.properties.safeParse(content.properties).data ?? {});
      return chosen.length === 0
        ? ['No optional properties']
        : chosen.map(([kind, names]) => `${kind}: ${(names ?? []).join(', ')}`);
    }
    case 'classes':
      return classes(document);
    case 'groups': {
      const groups = shape.groups.safeParse(content.groups).data;
      if (groups === undefined) return [];
      const { by, names } = groups;
      return by.length === 0 ? ['No security groups'] : by.map((way) => names[way]);
    }
    case 'guards': {
      const guards = shape.guards.safeParse(content.guards).data;
      if (guards === undefined) return [];
      const { percent, above, total } = guards.removals;
      return [`Removals: more than ${percent} % and ${above} in a school, or ${total} in all, are held`];
    }
  }
}

function identity(document: LooseDocument): string[] {
  const rules = shape.identity.safeParse(document.identity).data;
  return roles.flatMap((role) => {
    if (valueAt(document, `mode.${role}`) !== 'match') return [];
    const of = rules?.[role] ?? [];
    return of.length === 0 ? [] : [`${title[role]}: ${of.map(ruleWords).join(', then ')}`];
  });
}

function licenses(document: LooseDocument): string[] {
  const given = shape.licenses.safeParse(document.licenses).data;
  if (given === undefined) return [];
  return roles.flatMap((role) => {
    if (valueAt(document, `mode.${role}`) !== 'create') return [];
    const license = given[role];
    if (license === null) return [`${title[role]}: no license`];
    return [
      `${title[role]}: ${'group' in license ? `by the group ${license.group}` : (productName(license.skuId) ?? license.skuId)}`,
    ];
  });
}

function classes(document: LooseDocument): string[] {
  const [named, dates] = [shape.classes.safeParse(document.classes).data, shape.dates.safeParse(document.dates).data];
  return [
    ...(named === undefined ? [] : [named.name, ...(named.createTeam ? ['A team for every class'] : [])]),
    ...(dates?.startsOn ? [`From ${dates.startsOn}`] : []),
    ...(dates?.expiresOn ? [`Until ${dates.expiresOn}`] : []),
    ...(dates?.studentsFrom ? [`Students from ${dates.studentsFrom}`] : []),
  ];
}

function textAt(content: unknown, path: string): string {
  const value = valueAt(content, path);
  return typeof value === 'string' ? value : '';
}
