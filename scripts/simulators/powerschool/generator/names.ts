/** Realistic names: apostrophes, hyphens, letters beyond ASCII. */
import type { Random } from './random.ts';

const plain = {
  given: `Aaliyah Aaron Abigail Adam Alex Alice Amara Amir Andrew Anna Anthony Aria Ava Benjamin Bianca Caleb Camila
    Carlos Charlotte Chloe Claire Daniel David Diego Eleanor Elijah Ella Emily Emma Ethan Eva Fatima Felix Gabriel Grace
    Hannah Harper Hassan Henry Ibrahim Isaac Isabella Jack Jada James Jamal Jasmine Jayden Joseph Joshua Julia Kai Keisha
    Kevin Laila Leah Leo Liam Lily Logan Lucas Lucy Luis Madison Malik Maria Mason Maya Mia Michael Mohammed Nadia Naomi
    Nathan Noah Nora Oliver Olivia Omar Owen Priya Rachel Rosa Ruby Ryan Samuel Sara Sofia Sophie Stella Tariq Thomas
    Tyler Victoria Violet William Xavier Yara Yusuf Zachary Zoe`,
  family: `Adams Ahmed Allen Anderson Bailey Baker Begum Bell Bennett Brooks Brown Campbell Carter Castillo Chen Clark
    Collins Cook Cooper Cruz Davis Diaz Edwards Evans Fernandez Flores Foster Garcia Gomez Gonzalez Gray Green Gupta Hall
    Harris Hernandez Hill Howard Hughes Hussain Jackson James Jenkins Johnson Jones Kelly Khan Kim King Kumar Lee Lewis
    Long Lopez Martin Martinez Miller Mitchell Moore Morales Morgan Morris Murphy Myers Nelson Ortiz Parker Patel Perez
    Peterson Phillips Powell Price Ramirez Reed Reyes Richardson Rivera Roberts Robinson Rodriguez Rogers Ross Russell
    Sanchez Sanders Scott Shah Singh Smith Stewart Taylor Thomas Thompson Torres Turner Walker Ward Washington Watson
    White Williams Wilson Wood Wright Young`,
};

const others = {
  given: ['Zoë', 'José', 'Noémie', 'Søren', 'Łukasz', 'Anaïs', 'Ömer', 'Siân', "D'Andre", 'Mary-Kate', 'Đức', 'Jürgen'],
  family: [
    "O'Neil",
    "D'Angelo",
    'Müller',
    'Nguyễn',
    'Šimić',
    'Núñez',
    'García-López',
    'Sørensen',
    'Łukaszewicz',
    'Çelik',
    'de la Cruz',
    'St. James',
    'Fernández',
    'Gößmann',
  ],
};

const given = plain.given.split(/\s+/);
const family = plain.family.split(/\s+/);

export interface PersonName {
  first: string;
  middle: string | null;
  last: string;
}

/** One name in ten has more than plain letters; nearly half have no middle name. */
export function makeName(random: Random): PersonName {
  return {
    first: random.chance(0.05) ? random.pick(others.given) : random.pick(given),
    middle: random.chance(0.55) ? random.pick(given) : null,
    last: random.chance(0.08) ? random.pick(others.family) : random.pick(family),
  };
}

const foldings: Record<string, string> = { đ: 'd', ø: 'o', ł: 'l', ß: 'ss', æ: 'ae' };

/** A name in lower-case ASCII letters, as used in user names. */
export function asciiName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[đøłßæ]/g, (letter) => foldings[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

/** PowerSchool's LastFirst: `O'Neil, Zoë Grace`. */
export function lastFirst(name: PersonName): string {
  return `${name.last}, ${name.first}${name.middle === null ? '' : ` ${name.middle}`}`;
}
