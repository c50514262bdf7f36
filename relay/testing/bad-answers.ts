/** What filters, proxies and broken connections make of Graph's answers, for histories that are made up. */
import fc from 'fast-check';
import { type FaultOrder, streamErrors } from '../../scripts/simulators/microsoft/fault-order.ts';

type Bad = Pick<FaultOrder, 'kind' | 'answer' | 'done' | 'code' | 'midway'>;

const done = fc.boolean();
const bodies = fc.constantFrom('<!DOCTYPE html><p>Blocked', '', '{"value":[{"id":"', '[]', 'null', '{"blocked":true}');

export const badAnswer: fc.Arbitrary<Bad> = fc.oneof(
  fc.record({
    kind: fc.constant('answer' as const),
    answer: fc.record({ status: fc.constantFrom(200, 201, 302, 403), body: bodies }),
    done,
  }),
  fc.record({ kind: fc.constantFrom('cut' as const, 'missing' as const, 'twice' as const) }),
  fc.record({
    kind: fc.constant('reset' as const),
    code: fc.constantFrom(...streamErrors),
    midway: fc.boolean(),
    done,
  }),
  fc.record({ kind: fc.constant('goaway' as const), done }),
);
