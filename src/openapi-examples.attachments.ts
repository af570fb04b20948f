import { JSON_TYPE, one, type RequestExamples, type ResponseExamples } from './openapi-examples.story.js';

const CSV = 'place,state\nMarket of Ulana,closed\nBridge,closed\n';

const attachment = {
  id: '019b2f00-0000-7000-8000-00000000000b',
  name: 'closures.csv',
  type: 'text/csv',
  bytes: 49,
  digest: 'sha-256=:2S9B7v6or2Rm3ARN0l0zmoOa1P2r1DGnUocxhi9vgXA=:',
};

export const ATTACHMENTS_REQUESTS: RequestExamples = { uploadAttachment: { 'text/csv': one(CSV) } };

export const ATTACHMENTS_RESPONSES: ResponseExamples = {
  uploadAttachment: { 201: { [JSON_TYPE]: attachment } },
  getAttachment: { 200: { 'text/csv': CSV } },
};
