import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiParam, ApiProduces, getSchemaPath } from '@nestjs/swagger';
import { ApiAnswerHeaders } from '../../core/answers.decorator.js';
import { ApiAcceptLanguage } from '../../core/http.decorators.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { ATOM_TYPE } from './atom.js';
import { CSV_TYPE } from './csv.js';
import { FEED_FORMATS } from './formats.js';
import { FEATURES_SCHEMA, GEOJSON_TYPE } from './geojson.js';
import { JSON_FEED_TYPE } from './json-feed.js';
import { JsonFeedView } from './json-feed.view.js';
import { RSS_TYPE } from './rss.js';

const TEXT = { schema: { type: 'string' as const } };

/** Documents what every feed takes and answers. */
export const ApiAlertFeed = () =>
  applyDecorators(
    ApiParam({
      name: 'format',
      description:
        '`atom` (RFC 4287, in pages after RFC 5005 §3), `rss` (2.0), `json` (JSON Feed 1.1), `geojson` (RFC 7946), `csv` with a row of HXL tags, or `cap`: whole CAP 1.2 messages in an Atom feed.',
      schema: { type: 'string', pattern: `^(${FEED_FORMATS.join('|')})$` },
    }),
    ApiAcceptLanguage(),
    ApiAnswerHeaders('ETag', 'Last-Modified', 'Link'),
    ApiExtraModels(JsonFeedView),
    ApiProduces(ATOM_TYPE, RSS_TYPE, JSON_FEED_TYPE, GEOJSON_TYPE, CSV_TYPE),
    ApiOkResponse({
      description: 'One page, latest change first; `next` leads to what changed earlier.',
      content: {
        [ATOM_TYPE]: TEXT,
        [RSS_TYPE]: TEXT,
        [JSON_FEED_TYPE]: { schema: { $ref: getSchemaPath(JsonFeedView) } },
        [GEOJSON_TYPE]: { schema: FEATURES_SCHEMA },
        [CSV_TYPE]: TEXT,
      },
    }),
    ApiProblems('not-found'),
  );
