import { writeAtom } from './atom.js';
import { type Feed } from './feed.js';

/**
 * Whole CAP 1.2 messages in an Atom feed, each the one child of its entry's content (RFC 4287 §4.1.3.3), as hubs of
 * alerts have it: whoever reads one needs no second request, and knows each message by the entry's id.
 */
export const writeCapFeed = (feed: Feed): string =>
  writeAtom(
    feed,
    ({ cap = '' }) =>
      `<content type="application/cap+xml">${cap.replace(/^<\?xml[^>]*\?>\s*/, '')}</content>`,
  );
