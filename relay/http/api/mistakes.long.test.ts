/** Every route with every kind of mistake: a clear refusal as problem details, no change, and never a 500. */
import t from 'tap';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import { mistakes, refusesEach } from '../../testing/api-mistakes.ts';
import { routes } from './routes.ts';

const fuzz = await ApiFuzz.open(t);

t.test('every route refuses each mistake', async (t) => {
  for (const [at, route] of routes.entries()) {
    await refusesEach(t, fuzz, route, at % 2 === 0 ? 'operator' : 'narrow', mistakes);
  }
});
