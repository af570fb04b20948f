import fc from 'fast-check';
import { ACTS, nextState, type ReportAct } from '../../src/reports/report.rules.js';
import { REPORT_STATES, type ReportState } from '../../src/reports/report.values.js';
import { startApp, type TestApp } from '../support/app.js';
import { type TestPartner } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';
import {
  assign,
  conclude,
  custodianClient,
  read,
  reporter,
  reportInput,
  reveal,
  submitted,
  TRIAGE_SCOPES,
  withdraw,
  write,
} from './reporting.js';

const NAMES = Object.keys(ACTS) as ReportAct[];

describe('the states of a report', () => {
  /** Said a second time, whole: state by state, what each act leads to; what is missing is refused. */
  const TABLE: Record<ReportState, Partial<Record<ReportAct, ReportState>>> = {
    submitted: {
      update: 'submitted',
      withdraw: 'withdrawn',
      assign: 'in_triage',
      conclude: 'concluded',
      reveal: 'submitted',
      write: 'submitted',
    },
    in_triage: {
      update: 'in_triage',
      withdraw: 'withdrawn',
      assign: 'in_triage',
      conclude: 'concluded',
      reveal: 'in_triage',
      write: 'in_triage',
    },
    concluded: {
      update: 'concluded',
      withdraw: 'withdrawn',
      conclude: 'concluded',
      reveal: 'concluded',
      write: 'concluded',
    },
    withdrawn: {},
  };

  it.each(REPORT_STATES.flatMap((state) => NAMES.map((act) => [state, act] as const)))(
    '%s: %s leads where it should, or nowhere',
    (state, act) => {
      const expected = TABLE[state][act];
      if (expected === undefined) expect(() => nextState(state, act)).toThrow(`The report is ${state}.`);
      else expect(nextState(state, act)).toBe(expected);
    },
  );

  describe('on the running service', () => {
    let app: TestApp;
    let source: TestPartner;
    let desk: Http;
    beforeAll(async () => {
      app = await startApp();
      source = await reporter(app);
      desk = await custodianClient(app, [...TRIAGE_SCOPES, 'sources:reveal']);
    });
    afterAll(() => app.close());

    const perform = async (act: ReportAct, id: string): Promise<Answer<unknown>> => {
      const { version } = (await read(desk, id)).body;
      switch (act) {
        case 'update':
          return source.http.post(`/v1/reports/${id}/updates`, reportInput({ act: 'looting' }));
        case 'withdraw':
          return withdraw(source.http, id);
        case 'assign':
          return assign(desk, id);
        case 'conclude':
          return conclude(desk, id, { outcome: 'recorded' }, version);
        case 'reveal':
          return reveal(desk, id);
        case 'write':
          return write(source.http, id);
      }
    };

    it('are those of the table after any sequence of acts, and no refused act leaves a trace', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 8 }),
          async (acts) => {
            const { id } = await submitted(source.http);
            let state: ReportState = 'submitted';
            for (const act of acts) {
              const next: ReportState | undefined = TABLE[state][act];
              const before = await read(source.http, id);
              const answer = await perform(act, id);
              // Gone for the desk, and told so to the source.
              const refused = state === 'withdrawn' && ACTS[act].side === 'desk' ? 404 : 409;
              expect([act, state, answer.status < 300 ? 'done' : answer.status]).toEqual([
                act,
                state,
                next === undefined ? refused : 'done',
              ]);
              state = next ?? state;
              const after = await read(source.http, id);
              expect(expectStatus(after, 200).state).toBe(state);
              if (next === undefined) expect(after.text).toBe(before.text);
            }
          },
        ),
        { numRuns: 12 },
      );
    });
  });
});
