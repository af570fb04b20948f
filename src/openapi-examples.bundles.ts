import { JSON_TYPE, type ResponseExamples } from './openapi-examples.story.js';

const KID = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';

export const BUNDLES_RESPONSES: ResponseExamples = {
  listBundleKeys: {
    200: {
      [JSON_TYPE]: {
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
            kid: KID,
            use: 'sig',
            alg: 'EdDSA',
            signsAt: '2026-10-01T00:00:00.000Z',
            endsAt: '2026-12-30T00:00:00.000Z',
          },
        ],
      },
    },
  },
};
