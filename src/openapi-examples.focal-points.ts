import {
  ARRANGEMENT,
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const FOCAL_POINT = '019b2f00-0000-7000-8000-000000000f01';
const SUCCESSOR = '019b2f00-0000-7000-8000-000000000f02';
const LINE = '019b2f00-0000-7000-8000-000000000f03';

const nominated = {
  role: 'country',
  arrangement: 'ULN',
  name: 'Lina Example',
  email: 'lina@riveraid.example',
  phones: ['+41225550100'],
  callSign: 'KILO 7',
  languages: ['en', 'fr'],
  from: '2026-11-02T09:00:00+01:00',
};
const line = {
  role: 'duty_line',
  email: 'duty@riveraid.example',
  phones: ['+41225550199'],
  languages: ['en'],
};

const person = {
  name: nominated.name,
  email: nominated.email,
  phones: nominated.phones,
  callSign: nominated.callSign,
  languages: nominated.languages,
};
const there = {
  id: FOCAL_POINT,
  partnerId: PARTNER,
  role: 'country',
  state: 'nominated',
  arrangementId: ARRANGEMENT,
  countries: [],
  ...person,
  from: MADE,
  confirmBy: '2027-01-31T08:00:00.000Z',
};
const confirmed = {
  ...there,
  state: 'confirmed',
  confirmedAt: '2026-11-02T10:00:00.000Z',
  confirmBy: '2027-01-31T10:00:00.000Z',
};
const dutyLine = {
  id: LINE,
  partnerId: PARTNER,
  state: 'confirmed',
  countries: [],
  ...line,
  from: MADE,
  confirmedAt: '2026-11-02T10:00:00.000Z',
  confirmBy: '2027-01-31T10:00:00.000Z',
};
const openMatters = ['The common radio check of the bridge is not agreed yet.'];
const gone = {
  id: FOCAL_POINT,
  partnerId: PARTNER,
  role: 'country',
  state: 'departed',
  arrangementId: ARRANGEMENT,
  countries: [],
  from: MADE,
  confirmedAt: '2026-11-02T10:00:00.000Z',
  handover: { successorId: SUCCESSOR, openMatters, at: '2026-12-01T08:00:00.000Z' },
};

/** As its own partner reads it. */
const own = (focalPoint: object, version: number): object => ({ ...focalPoint, version });

const PAGE = '<!doctype html><html lang="en">…</html>';

export const FOCAL_POINTS_REQUESTS: RequestExamples = {
  nominateFocalPoint: {
    [JSON_TYPE]: {
      examples: {
        person: { summary: 'A person, for a country', value: nominated },
        dutyLine: { summary: 'A line that is answered day and night', value: line },
      },
    },
  },
  changeFocalPoint: { [JSON_TYPE]: one({ phones: ['+41225550101'] }) },
  reportDeparture: { [JSON_TYPE]: one({ successorId: SUCCESSOR, openMatters }) },
  appointChair: { [JSON_TYPE]: one({ partnerId: PARTNER }) },
};

export const FOCAL_POINTS_RESPONSES: ResponseExamples = {
  listFocalPoints: {
    200: {
      [JSON_TYPE]: {
        items: [own(confirmed, 2), own(dutyLine, 2)],
        coverage: [
          { confirmBy: '2027-01-31T08:00:00.000Z', suspendsAt: '2027-02-01T08:00:00.000Z' },
          {
            arrangementId: ARRANGEMENT,
            confirmBy: '2027-01-31T10:00:00.000Z',
            suspendsAt: '2027-02-01T10:00:00.000Z',
          },
        ],
        mailsReminders: true,
      },
    },
  },
  nominateFocalPoint: { 201: { [JSON_TYPE]: own(there, 1) } },
  getFocalPoint: { 200: { [JSON_TYPE]: own(confirmed, 2) } },
  changeFocalPoint: { 200: { [JSON_TYPE]: own({ ...confirmed, phones: ['+41225550101'] }, 3) } },
  confirmFocalPoint: { 200: { [JSON_TYPE]: own(confirmed, 2) } },
  reportDeparture: {
    200: {
      [JSON_TYPE]: {
        focalPoint: own(gone, 4),
        alsoDeparted: [],
        revokedClients: ['client-of-the-country-office'],
      },
    },
  },
  acknowledgeHandover: {
    200: {
      [JSON_TYPE]: own(
        { ...gone, handover: { ...gone.handover, acknowledgedAt: '2026-12-02T08:00:00.000Z' } },
        5,
      ),
    },
  },
  getContactDirectory: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            partnerId: PARTNER,
            partnerCode: 'RIVERAID',
            chair: false,
            confirmation: 'confirmed',
            focalPoints: [confirmed, dutyLine],
          },
        ],
        nextCursor: null,
      },
    },
  },
  showFocalPointConfirmation: { 200: { 'text/html': PAGE } },
  confirmByLink: { 200: { 'text/html': PAGE } },
  appointChair: {
    200: { [JSON_TYPE]: { partnerId: PARTNER, from: MADE, state: 'current', chair: true } },
  },
};
