import { APPLICATIONS_REQUESTS, APPLICATIONS_RESPONSES } from './openapi-examples.applications.js';
import { ARRANGEMENTS_REQUESTS, ARRANGEMENTS_RESPONSES } from './openapi-examples.arrangements.js';
import { ATTACHMENTS_REQUESTS, ATTACHMENTS_RESPONSES } from './openapi-examples.attachments.js';
import { AUDIT_RESPONSES } from './openapi-examples.audit.js';
import { CHANGES_RESPONSES } from './openapi-examples.changes.js';
import { BUNDLES_RESPONSES } from './openapi-examples.bundles.js';
import { CLIENTS_REQUESTS, CLIENTS_RESPONSES } from './openapi-examples.clients.js';
import { CONTACT_TREE_REQUESTS, CONTACT_TREE_RESPONSES } from './openapi-examples.contact-tree.js';
import { COMMITMENTS_REQUESTS, COMMITMENTS_RESPONSES } from './openapi-examples.commitments.js';
import { EXCHANGE_REQUESTS, EXCHANGE_RESPONSES } from './openapi-examples.exchange.js';
import { FOCAL_POINTS_REQUESTS, FOCAL_POINTS_RESPONSES } from './openapi-examples.focal-points.js';
import { FORUMS_REQUESTS, FORUMS_RESPONSES } from './openapi-examples.forums.js';
import { LIAISON_REQUESTS, LIAISON_RESPONSES } from './openapi-examples.liaison.js';
import { FEEDS_REQUESTS, FEEDS_RESPONSES } from './openapi-examples.feeds.js';
import { PARTNERSHIP_REQUESTS, PARTNERSHIP_RESPONSES } from './openapi-examples.partnership.js';
import { ONWARD_REQUESTS, ONWARD_RESPONSES } from './openapi-examples.onward.js';
import { RECEIPTS_REQUESTS, RECEIPTS_RESPONSES } from './openapi-examples.receipts.js';
import { REFERENCE_REQUESTS, REFERENCE_RESPONSES } from './openapi-examples.reference.js';
import { FEEDBACK_REQUESTS, FEEDBACK_RESPONSES } from './openapi-examples.feedback.js';
import { HANDLING_REQUESTS, HANDLING_RESPONSES } from './openapi-examples.handling.js';
import { REPORTS_REQUESTS, REPORTS_RESPONSES } from './openapi-examples.reports.js';
import { RELEASE_REQUESTS, RELEASE_RESPONSES } from './openapi-examples.release.js';
import { SEARCH_RESPONSES } from './openapi-examples.search.js';
import { WEBHOOKS_REQUESTS, WEBHOOKS_RESPONSES } from './openapi-examples.webhooks.js';
import { SUBSCRIPTIONS_REQUESTS, SUBSCRIPTIONS_RESPONSES } from './openapi-examples.subscriptions.js';
import { type RequestExamples, type ResponseExamples } from './openapi-examples.story.js';

/** Each part of the service brings its own; operation ids are unique. */
export const REQUEST_EXAMPLES: RequestExamples = {
  ...EXCHANGE_REQUESTS,
  ...APPLICATIONS_REQUESTS,
  ...CLIENTS_REQUESTS,
  ...CONTACT_TREE_REQUESTS,
  ...PARTNERSHIP_REQUESTS,
  ...COMMITMENTS_REQUESTS,
  ...ARRANGEMENTS_REQUESTS,
  ...FOCAL_POINTS_REQUESTS,
  ...FORUMS_REQUESTS,
  ...LIAISON_REQUESTS,
  ...ATTACHMENTS_REQUESTS,
  ...REFERENCE_REQUESTS,
  ...RECEIPTS_REQUESTS,
  ...REPORTS_REQUESTS,
  ...FEEDBACK_REQUESTS,
  ...FEEDS_REQUESTS,
  ...HANDLING_REQUESTS,
  ...RELEASE_REQUESTS,
  ...ONWARD_REQUESTS,
  ...WEBHOOKS_REQUESTS,
  ...SUBSCRIPTIONS_REQUESTS,
};
export const RESPONSE_EXAMPLES: ResponseExamples = {
  ...EXCHANGE_RESPONSES,
  ...CLIENTS_RESPONSES,
  ...CONTACT_TREE_RESPONSES,
  ...PARTNERSHIP_RESPONSES,
  ...COMMITMENTS_RESPONSES,
  ...ARRANGEMENTS_RESPONSES,
  ...FOCAL_POINTS_RESPONSES,
  ...FORUMS_RESPONSES,
  ...LIAISON_RESPONSES,
  ...CHANGES_RESPONSES,
  ...APPLICATIONS_RESPONSES,
  ...ATTACHMENTS_RESPONSES,
  ...AUDIT_RESPONSES,
  ...BUNDLES_RESPONSES,
  ...REFERENCE_RESPONSES,
  ...FEEDBACK_RESPONSES,
  ...FEEDS_RESPONSES,
  ...HANDLING_RESPONSES,
  ...RELEASE_RESPONSES,
  ...ONWARD_RESPONSES,
  ...SEARCH_RESPONSES,
  ...RECEIPTS_RESPONSES,
  ...REPORTS_RESPONSES,
  ...WEBHOOKS_RESPONSES,
  ...SUBSCRIPTIONS_RESPONSES,
};
