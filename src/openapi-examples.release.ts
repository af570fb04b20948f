import { alert, alertTo } from './openapi-examples.exchange.js';
import { JSON_TYPE, one, type RequestExamples, type ResponseExamples } from './openapi-examples.story.js';

const { grading: _grading, ...ungraded } = alert;
const flash = {
  ...ungraded,
  kind: 'flash',
  event: 'Shots fired',
  urgency: 'unknown',
  severity: 'unknown',
  certainty: 'unknown',
  responses: [],
};
const policy = { tlp: 'AMBER', classification: 'CONFIDENTIAL' };
const proposing = {
  ...policy,
  proposed: {
    tlp: 'RED',
    proposedBy: 'riveraid-security-adviser',
    proposedAt: '2026-11-02T09:00:00.000Z',
  },
};
const update = { ...alertTo({ arrangements: ['ULN'] }), severity: 'extreme' };
const asked = {
  askedBy: 'riveraid-operations-room',
  askedAt: '2026-11-02T09:00:00.000Z',
};
const reason = 'The bridge is named in the text; say the district only.';

export const RELEASE_REQUESTS: RequestExamples = {
  publishFlash: {
    [JSON_TYPE]: one({
      event: 'Shots fired',
      headline: 'Shots near the market of Ulana: stay away',
      language: 'en',
      tlp: 'GREEN',
      audience: { arrangements: ['ULN'] },
    }),
  },
  putReleasePolicy: {
    [JSON_TYPE]: {
      examples: {
        required: { summary: 'From AMBER, or CONFIDENTIAL, upwards', value: policy },
        lifted: { summary: 'Nothing waits any more, once another client has confirmed it', value: {} },
      },
    },
  },
  refuseRelease: { [JSON_TYPE]: one({ reason }) },
};

export const RELEASE_RESPONSES: ResponseExamples = {
  publishFlash: { 201: { [JSON_TYPE]: flash } },
  getReleasePolicy: { 200: { [JSON_TYPE]: proposing } },
  putReleasePolicy: { 200: { [JSON_TYPE]: policy } },
  confirmReleasePolicy: { 200: { [JSON_TYPE]: { tlp: 'RED' } } },
  getRelease: { 200: { [JSON_TYPE]: { state: 'waiting', subject: 'update', ...asked, update } } },
  releasePendingAlert: { 200: { [JSON_TYPE]: alert } },
  refuseRelease: {
    200: {
      [JSON_TYPE]: {
        state: 'refused',
        subject: 'alert',
        ...asked,
        decidedBy: 'riveraid-security-adviser',
        decidedAt: '2026-11-02T09:20:00.000Z',
        reason,
      },
    },
  },
};
