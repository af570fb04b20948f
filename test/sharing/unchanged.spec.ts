import { expect, it } from '@jest/globals';
import { startApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type RenditionInput,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

it.each(['/v1/alerts', '/v1/feeds/alerts.atom'])(
  '%s is called unchanged only when it is, also where an alert was addressed to one arrangement more',
  async (path) => {
    const app = await startApp();
    try {
      const [originator, reader] = [await partner(app), await partner(app)];
      const members = [originator, reader];
      const [one, other] = [await arrangement(app, { members }), await arrangement(app, { members })];
      const to = (...codes: string[]) => {
        const { classification: _, ...rendition } = renditionInput({ audience: { arrangements: codes } });
        return alertInput({ renditions: [rendition as RenditionInput] });
      };
      const { id } = expectStatus(
        await originator.http.post<{ id: string }>('/v1/alerts', to(one.code)),
        201,
      );
      const query = { arrangement: other.code };
      const before = await reader.http.get(path, { query });
      expect(before.text).not.toContain(id);
      const headers = { 'If-None-Match': before.headers.get('etag') ?? '"none"' };
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, to(one.code, other.code)), 200);
      const after = await reader.http.get(path, { query, headers });
      expect([after.status, after.text.includes(id)]).toEqual([200, true]);
      // Nothing was new to the reader, so its log did not tell it anything.
      const { body } = await reader.http.get<{ items: unknown[] }>('/v1/changes');
      expect(body.items).toHaveLength(1);
    } finally {
      await app.close();
    }
  },
);
