import { client } from './openapi-examples.exchange.js';
import {
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const used = {
  clientId: 'c-019b2f0000007000',
  partnerId: PARTNER,
  ...client,
  authentication: 'client_secret',
  allowedNetworks: ['192.0.2.0/24'],
  createdAt: MADE,
  lastUsedAt: '2026-11-02T09:00:00.000Z',
  requestsPerMinute: 600,
};

export const CLIENTS_REQUESTS: RequestExamples = {
  changeClient: { [JSON_TYPE]: one({ requestsPerMinute: 600 }) },
};

export const CLIENTS_RESPONSES: ResponseExamples = {
  changeClient: { 200: { [JSON_TYPE]: used } },
  listClients: { 200: { [JSON_TYPE]: { items: [used] } } },
  reportClients: {
    200: { [JSON_TYPE]: { dormant: [], expiring: [{ ...used, expiresAt: '2026-11-20T00:00:00.000Z' }] } },
  },
};
