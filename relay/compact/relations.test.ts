/** Relations against a `Map` of sets. */
import fc from 'fast-check';
import t from 'tap';
import { check, id, same } from '../testing/containers.ts';
import { Interner } from './interner.ts';
import { LayeredRelations } from './layered-relations.ts';
import { type RelationMap, Relations } from './relations.ts';

const container = fc.integer({ min: 0, max: 2 }).map(String);
type RelationCall =
  | { call: 'add' | 'has' | 'delete' | 'unrelate'; container: string; item: string }
  | { call: 'set'; container: string; items: string[] }
  | { call: 'itself'; container: string }
  | { call: 'empty'; container: string }
  | { call: 'without'; container: string }
  | { call: 'trim' }
  | { call: 'clear' };
const relationCalls: fc.Arbitrary<RelationCall> = fc.oneof(
  { weight: 300, arbitrary: fc.record({ call: fc.constant('add' as const), container, item: id }) },
  {
    weight: 100,
    arbitrary: fc.record({ call: fc.constantFrom('has', 'delete', 'unrelate' as const), container, item: id }),
  },
  { weight: 8, arbitrary: fc.record({ call: fc.constant('set' as const), container, items: fc.array(id) }) },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('itself' as const), container }) },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('empty' as const), container }) },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('without' as const), container }) },
  { weight: 2, arbitrary: fc.constantFrom({ call: 'trim' } as const, { call: 'clear' } as const) },
);

function callRelations(
  relations: RelationMap<string, string>,
  model: Map<string, Set<string>>,
  one: RelationCall,
): void {
  if (one.call === 'trim') {
    if (relations instanceof Relations) relations.trim();
  } else if (one.call === 'clear') {
    relations.clear();
    model.clear();
  } else if (one.call === 'set') {
    relations.set(one.container, new Set(one.items));
    model.set(one.container, new Set(one.items));
  } else if (one.call === 'add') {
    const set = relations.get(one.container);
    if (set !== undefined) set.add(one.item);
    else if (relations instanceof Relations) relations.relate(one.container, one.item);
    else relations.set(one.container, new Set([one.item]));
    model.set(one.container, (model.get(one.container) ?? new Set()).add(one.item));
  } else if (one.call === 'unrelate') {
    model.get(one.container)?.delete(one.item);
    if (model.get(one.container)?.size === 0) model.delete(one.container);
    if (relations instanceof Relations) relations.unrelate(one.container, one.item);
    else {
      relations.get(one.container)?.delete(one.item);
      if (relations.get(one.container)?.size === 0) relations.delete(one.container);
    }
  } else {
    const [view, set] = [relations.get(one.container), model.get(one.container)];
    same(relations.has(one.container), model.has(one.container));
    if (view === undefined || set === undefined) same(view, set);
    else if (one.call === 'itself') relations.set(one.container, view);
    else if (one.call === 'empty') {
      view.clear();
      set.clear();
    } else if (one.call === 'without') same(relations.delete(one.container), model.delete(one.container));
    else same(view[one.call](one.item), set[one.call](one.item));
  }
}

type Model = Map<string, Set<string>>;

function shown(map: ReadonlyMap<string, ReadonlySet<string>>): unknown {
  return [...map].map(([key, set]) => [key, set.size, ...set]);
}

function sameRelations(relations: RelationMap<string, string>, model: Model): void {
  same([relations.size, shown(relations)], [model.size, shown(model)]);
  same([...relations.keys()], [...model.keys()]);
  for (const item of [
    'students:0',
    'students:1',
    '',
    'nowhere',
    ...[...model.values()].flatMap((set) => [...set].slice(0, 3)),
  ]) {
    const containers = [...model].filter(([, set]) => set.has(item)).map(([container]) => container);
    same(relations.containersOf(item).sort(), containers.sort());
  }
}

t.test('relations behave like a map of sets, large and small', async (t) => {
  check(t, relationCalls, (calls) => {
    const [relations, model] = [new Relations<string, string>(new Interner()), new Map() as Model];
    for (const one of calls) callRelations(relations, model, one);
    sameRelations(relations, model);
    relations.trim();
    sameRelations(relations, model);
  });
});

t.test('layered relations behave like a map of sets, and their base does not change', async (t) => {
  check(t, relationCalls, (calls) => {
    const [base, model] = [new Relations<string, string>(new Interner()), new Map() as Model];
    const half = Math.floor(calls.length / 2);
    for (const one of calls.slice(0, half)) callRelations(base, model, one);
    const wanted = JSON.stringify(shown(base));
    const layered = new LayeredRelations(base);
    for (const one of calls.slice(half)) callRelations(layered, model, one);
    sameRelations(layered, model);
    same(JSON.stringify(shown(base)), wanted);
  });
});

t.test('setting a set again after changing it does not copy it', async (t) => {
  const ids = new Interner();
  const relations = new Relations<string, string>(ids).set('all', new Set(['first']));
  let copied = 0;
  const add = ids.add.bind(ids);
  ids.add = (text) => {
    copied += 1;
    return add(text);
  };
  for (let at = 0; at < 1000; at += 1) relations.set('all', (relations.get('all') ?? new Set()).add(`students:${at}`));
  t.equal(relations.get('all')?.size, 1001);
  t.ok(copied <= 2000, `${copied} ids for 1000 changes`);
  const gone = relations.get('all') ?? new Set<string>();
  relations.delete('all');
  relations.set('all', gone);
  t.same([relations.has('all'), relations.get('all')?.size], [true, 0], 'a view of a removed container is empty');
});

t.test('a membership takes a few bytes', async (t) => {
  const ids = new Interner();
  const relations = new Relations<string, string>(ids);
  for (let at = 0; at < 80_000; at += 1) relations.relate(`${at % 2000}`, `students:${(at * 7919) % 10_000}`);
  relations.trim();
  t.ok(relations.bytes < 80_000 * 6, `${relations.bytes / 80_000} bytes`);
});
