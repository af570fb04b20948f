import { ClientAttestationEntity } from './access/client-attestation.entity.js';
import { BreakGlassEntity } from './access/break-glass.entity.js';
import { ClientEntity } from './access/client.entity.js';
import {
  InstallationSecretEntity,
  OidcRecordEntity,
  RevokedTokenEntity,
  SigningKeyEntity,
} from './access/oauth/oauth.entities.js';
import { ReaderEntity } from './access/reader.entity.js';
import {
  ApplicationAskingEntity,
  ApplicationDocumentEntity,
  ApplicationEntity,
  ApplicationEventEntity,
  ApplicationMessageEntity,
} from './applications/application.entities.js';
import { NoticeEntity } from './mail/notice.entity.js';
import { AlertRenditionEntity } from './alerts/alert-rendition.entity.js';
import { AlertShapeEntity } from './alerts/alert-shape.entity.js';
import { AlertKnownEntity } from './alerts/alert-known.entity.js';
import { ChallengeEntity } from './alerts/challenge.entity.js';
import { FeedbackEntity } from './alerts/feedback.entity.js';
import { AlertReleaseEntity } from './alerts/release.entity.js';
import { ReleasePolicyEntity } from './alerts/release-policy.entity.js';
import {
  AttachmentChunkEntity,
  AttachmentEntity,
  AttachmentOwnerEntity,
  AttachmentUseEntity,
} from './attachments/attachments.entities.js';
import { ReleaseRequestEntity } from './alerts/release-request.entity.js';
import { ArrangementLevelEntity } from './arrangements/arrangement-level.entity.js';
import { ArrangementEntity } from './arrangements/arrangement.entity.js';
import { MembershipEntity } from './arrangements/membership.entity.js';
import { LevelSettingEntity, ReadinessProvisionEntity } from './arrangements/readiness.entities.js';
import { SensitivityLineEntity, SensitivityMatrixEntity } from './arrangements/sensitivity.entities.js';
import { AuditEntryEntity } from './audit/audit-entry.entity.js';
import {
  MailAskingEntity,
  MailLineEntity,
  MailMessageEntity,
  MailThreadEntity,
} from './delivery/subscriptions/outbox.entities.js';
import {
  SubscriptionEntity,
  SubscriptionRecipientEntity,
} from './delivery/subscriptions/subscription.entity.js';
import {
  CommitmentAcceptanceEntity,
  CommitmentAssessmentEntity,
  CommitmentCommentEntity,
  CommitmentReminderEntity,
  CommitmentTextEntity,
} from './commitments/commitment.entities.js';
import { IdempotencyKeyEntity } from './core/idempotency-key.entity.js';
import { FollowerEntity, FollowerToldEntity } from './delivery/following/follower.entity.js';
import { WebhookAttemptEntity, WebhookDeliveryEntity } from './delivery/webhooks/webhook-delivery.entity.js';
import { WebhookEntity } from './delivery/webhooks/webhook.entity.js';
import { BundleKeyEntity } from './delivery/bundles/bundle-key.entity.js';
import {
  ContactActivationEntity,
  ContactCallEntity,
  ContactTreeEntity,
  ContactTreeEntryEntity,
} from './contact-tree/contact-tree.entities.js';
import {
  FocalPointContactEntity,
  FocalPointEntity,
  FocalPointHandoverEntity,
} from './focal-points/focal-point.entities.js';
import { DutyMailEntity, DutyWatchEntity } from './delivery/duty/duty.entities.js';
import { ForumEntity, MeetingEntity } from './forums/forum.entities.js';
import { FeedAddressEntity } from './delivery/feeds/feed-address.entity.js';
import {
  LiaisonContactEntity,
  LiaisonFollowUpEntity,
  LiaisonMeetingEntity,
  LiaisonUndertakingEntity,
} from './liaison/liaison.entities.js';
import { PartnerEntity } from './partners/partner.entity.js';
import { ReferenceCrosswalkEntity } from './reference/reference-crosswalk.entity.js';
import { ReferenceEntryEntity } from './reference/reference-entry.entity.js';
import { ReferenceLabelEntity } from './reference/reference-label.entity.js';
import { ReferenceListEntity } from './reference/reference-list.entity.js';
import { ReferenceRevisionEntity } from './reference/reference-revision.entity.js';
import { ReportEntity } from './reports/report.entity.js';
import { ReportLinkEntity } from './reports/report-link.entity.js';
import { ReportMessageEntity } from './reports/report-message.entity.js';
import { ReportOutcomeEntity } from './reports/report-outcome.entity.js';
import { ReportRenditionEntity } from './reports/report-rendition.entity.js';
import { SourceRevealEntity } from './reports/source-reveal.entity.js';
import { ChangeEntryEntity } from './sharing/change-entry.entity.js';
import { ChangeHeadEntity } from './sharing/change-head.entity.js';
import {
  AcknowledgementEntity,
  FetchReceiptEntity,
  PurgeConfirmationEntity,
} from './sharing/receipt.entities.js';
import { CustodianEntity, CustodyEntity } from './sharing/custody.entity.js';
import { OnwardReleaseEntity } from './sharing/onward-release.entity.js';
import { RenditionEntity } from './sharing/rendition.entity.js';
import { ShareGrantEntity } from './sharing/share-grant.entity.js';
import { ShareableEntity } from './sharing/shareable.entity.js';
import { PartnerPresenceEntity } from './partners/presence.entity.js';
import { PartnerWithdrawalEntity } from './withdrawals/withdrawal.entity.js';

/** Every table. */
export const ENTITIES = [
  AcknowledgementEntity,
  AlertReleaseEntity,
  AlertRenditionEntity,
  AlertShapeEntity,
  ArrangementEntity,
  ArrangementLevelEntity,
  AttachmentChunkEntity,
  AttachmentEntity,
  AttachmentOwnerEntity,
  AttachmentUseEntity,
  ApplicationAskingEntity,
  ApplicationDocumentEntity,
  ApplicationEntity,
  ApplicationEventEntity,
  ApplicationMessageEntity,
  AuditEntryEntity,
  BundleKeyEntity,
  ChangeEntryEntity,
  ChangeHeadEntity,
  ClientEntity,
  BreakGlassEntity,
  ClientAttestationEntity,
  CommitmentAcceptanceEntity,
  CommitmentAssessmentEntity,
  CommitmentCommentEntity,
  CommitmentReminderEntity,
  CommitmentTextEntity,
  AlertKnownEntity,
  ChallengeEntity,
  FeedAddressEntity,
  FeedbackEntity,
  ReleaseRequestEntity,
  FetchReceiptEntity,
  FollowerEntity,
  FollowerToldEntity,
  CustodianEntity,
  CustodyEntity,
  ContactActivationEntity,
  ContactCallEntity,
  ContactTreeEntity,
  ContactTreeEntryEntity,
  DutyMailEntity,
  DutyWatchEntity,
  FocalPointContactEntity,
  FocalPointEntity,
  FocalPointHandoverEntity,
  ForumEntity,
  IdempotencyKeyEntity,
  InstallationSecretEntity,
  LevelSettingEntity,
  LiaisonContactEntity,
  LiaisonFollowUpEntity,
  LiaisonMeetingEntity,
  LiaisonUndertakingEntity,
  MailAskingEntity,
  MailLineEntity,
  MailMessageEntity,
  MailThreadEntity,
  MeetingEntity,
  MembershipEntity,
  NoticeEntity,
  OidcRecordEntity,
  OnwardReleaseEntity,
  PartnerEntity,
  PartnerPresenceEntity,
  PartnerWithdrawalEntity,
  PurgeConfirmationEntity,
  ReadinessProvisionEntity,
  SensitivityLineEntity,
  SensitivityMatrixEntity,
  ReaderEntity,
  ReferenceCrosswalkEntity,
  ReferenceEntryEntity,
  ReferenceLabelEntity,
  ReferenceListEntity,
  ReferenceRevisionEntity,
  ReleasePolicyEntity,
  RenditionEntity,
  ReportEntity,
  ReportLinkEntity,
  ReportMessageEntity,
  ReportOutcomeEntity,
  ReportRenditionEntity,
  RevokedTokenEntity,
  ShareableEntity,
  ShareGrantEntity,
  SigningKeyEntity,
  SourceRevealEntity,
  SubscriptionEntity,
  SubscriptionRecipientEntity,
  WebhookAttemptEntity,
  WebhookDeliveryEntity,
  WebhookEntity,
];
