import { type TestApp } from '../support/app.js';
import { client, type TestPartner, uniqueCode, USUAL_SCOPES } from '../support/factories.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

export interface PartnerView {
  id: string;
  code: string;
  status: string;
  suspendedBy?: string;
  sponsorId?: string;
  ceiling?: { tlp: string; classification: string };
  until?: string;
}

export const SPONSORING = [...USUAL_SCOPES, 'sub-partners:manage'];
const OF_CLIENTS = ['partners:read', 'arrangements:read', 'alerts:read', 'alerts:respond', 'reports:submit'];

export const registered = (http: Http, sponsorId: string, more: object = {}): Promise<Answer<PartnerView>> =>
  http.post<PartnerView>(`/v1/partners/${sponsorId}/sub-partners`, {
    code: uniqueCode('S'),
    name: 'A local organisation',
    ...more,
  });

/** A sub-partner with one client and a token for it. */
export async function subPartner(app: TestApp, by: TestPartner, more: object = {}): Promise<TestPartner> {
  const made = expectStatus(await registered(by.http, by.partner.id, more), 201);
  const credentials = await client(app, made.id, { scopes: OF_CLIENTS });
  return { partner: made, client: credentials, http: await app.as(credentials) };
}

export const stand = (id: string, change: string, by: Http): Promise<Answer<PartnerView>> =>
  by.post<PartnerView>(`/v1/partners/${id}/${change}`);
