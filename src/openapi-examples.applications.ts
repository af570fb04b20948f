import {
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const ID = '019b2f00-0000-7000-8000-000000000070';
const DOCUMENT = '019b2f00-0000-7000-8000-000000000071';
const DUE = '2026-12-02T08:00:00.000Z';
const LATER = '2026-11-03T08:00:00.000Z';

const UN_PARTNERSHIP = { entity: 'UN Relief Coordination', reference: 'Agreement 7 of 2026' };
const CONTACT = { name: 'Ada Writer', title: 'Security director', email: 'ada@northern-star.example' };

const APPLICATION = {
  kind: 'ingo',
  name: 'Northern Star Relief',
  country: 'CH',
  registrationNumber: 'CHE-100.200.300',
  website: 'https://www.northern-star.example',
  unPartnership: UN_PARTNERSHIP,
  countries: ['SD', 'TD'],
  contact: CONTACT,
  language: 'fr',
};

const REQUIRED = ['cover_letter', 'registration_certificate', 'un_partnership'];

const CASE = {
  state: 'information_requested',
  kind: 'ingo',
  name: APPLICATION.name,
  submittedAt: MADE,
  decisionDueAt: DUE,
  answerDueAt: DUE,
  requiredDocuments: REQUIRED,
  missingDocuments: ['registration_certificate', 'un_partnership'],
  documents: [
    {
      id: DOCUMENT,
      kind: 'cover_letter',
      name: 'letter.pdf',
      type: 'application/pdf',
      bytes: 48211,
      digest: 'sha-256=:2S9B7v6or2Rm3ARN0l0zmoOa1P2r1DGnUocxhi9vgXA=:',
      at: MADE,
    },
  ],
  messages: [{ from: 'vetting', text: 'Which country office will cooperate first?', at: LATER }],
  history: [
    { act: 'confirm', state: 'submitted', by: 'applicant', at: MADE },
    { act: 'supply', state: 'submitted', by: 'applicant', at: MADE },
    { act: 'take_up', state: 'vetting', by: 'vetting', at: LATER },
    { act: 'request_information', state: 'information_requested', by: 'vetting', at: LATER },
  ],
};

const { answerDueAt: _, ...AGAIN } = CASE;
const ANSWERED = {
  ...AGAIN,
  state: 'vetting',
  messages: [...CASE.messages, { from: 'applicant', text: 'The one in Ulana.', at: LATER }],
};

const { contact: __, ...STATEMENTS } = APPLICATION;
const WHOLE = {
  ...ANSWERED,
  ...STATEMENTS,
  id: ID,
  contact: CONTACT,
  isOverdue: false,
  duplicates: [{ alike: ['name'], name: 'Northern Star', partnerId: PARTNER, partnerCode: 'NSTAR' }],
};
const REASON = 'All evidence is in order, and the agreement was confirmed.';
const whole = (more: object) => ({ 200: { [JSON_TYPE]: { ...WHOLE, ...more } } });
const RECEIVED = { 202: { [JSON_TYPE]: { confirmWithinDays: 7 } } };
const PAGE = '<!doctype html>\n<html lang="fr" dir="ltr">…</html>';

export const APPLICATIONS_REQUESTS: RequestExamples = {
  applyToJoin: { [JSON_TYPE]: one(APPLICATION) },
  enterApplication: { [JSON_TYPE]: one(APPLICATION) },
  askCaseLink: { [JSON_TYPE]: one({ email: CONTACT.email }) },
  answerApplication: { [JSON_TYPE]: one({ text: 'The one in Ulana.' }) },
  supplyDocument: { 'text/plain': one('To whom it may concern: we wish to take part.') },
  takeUpApplication: { [JSON_TYPE]: one({ reason: 'Complete enough to begin.' }) },
  requestInformation: { [JSON_TYPE]: one({ text: 'Which country office will cooperate first?' }) },
  approveApplication: {
    [JSON_TYPE]: one({ code: 'NSTAR', ceiling: { tlp: 'AMBER' }, reason: REASON }),
  },
  rejectApplication: { [JSON_TYPE]: one({ reason: 'The agreement named could not be confirmed.' }) },
};

export const APPLICATIONS_RESPONSES: ResponseExamples = {
  applyToJoin: RECEIVED,
  askCaseLink: RECEIVED,
  showApplicationLink: { 200: { 'text/html': PAGE } },
  useApplicationLink: { 200: { 'text/html': PAGE } },
  getApplicationCase: { 200: { [JSON_TYPE]: CASE } },
  answerApplication: { 200: { [JSON_TYPE]: ANSWERED } },
  supplyDocument: { 201: { [JSON_TYPE]: CASE } },
  withdrawApplication: { 200: { [JSON_TYPE]: { ...AGAIN, state: 'withdrawn' } } },
  listApplications: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            ...{ id: ID, state: 'vetting', kind: 'ingo', name: APPLICATION.name, country: 'CH' },
            ...{ submittedAt: MADE, decisionDueAt: DUE, isOverdue: false },
          },
        ],
        nextCursor: null,
      },
    },
  },
  enterApplication: {
    201: {
      [JSON_TYPE]: {
        application: { ...WHOLE, state: 'submitted' },
        caseLink: 'https://slt.example/v1/partner-application-cases/shown-only-once-in-this-answer',
      },
    },
  },
  getApplication: whole({}),
  getApplicationDocument: { 200: { 'text/plain': 'To whom it may concern: we wish to take part.' } },
  takeUpApplication: whole({}),
  requestInformation: whole({ state: 'information_requested', answerDueAt: DUE }),
  approveApplication: whole({ state: 'approved', reason: REASON, partnerId: PARTNER, eraseAt: DUE }),
  rejectApplication: whole({
    state: 'rejected',
    reason: 'The agreement named could not be confirmed.',
    eraseAt: DUE,
  }),
};
