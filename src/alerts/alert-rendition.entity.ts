import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What an alert says in one rendition; written once. */
@Entity('alert_rendition')
@Index('alert_rendition_alert_idx', ['alertId'])
@Index('alert_rendition_message_key', ['originatorId', 'identifier', 'sender', 'sent'], { unique: true })
@Index('alert_rendition_search_idx', ['search'], { type: 'gin' })
@Index('alert_rendition_acknowledgement_idx', ['renditionId'], { where: 'acknowledgement is not null' })
@Check('alert_rendition_acknowledgement_check', `acknowledgement in ('requested', 'required')`)
@Check('alert_rendition_severity_check', 'severity between 0 and 4')
export class AlertRenditionEntity {
  @PrimaryColumn('uuid', { name: 'rendition_id', primaryKeyConstraintName: 'alert_rendition_pkey' })
  @ForeignKey('rendition', { name: 'alert_rendition_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'alert_id' })
  @ForeignKey('shareable', { name: 'alert_rendition_alert_fkey' })
  alertId: string;

  @Column('uuid', { name: 'originator_id' })
  @ForeignKey('partner', { name: 'alert_rendition_originator_fkey' })
  originatorId: string;

  @Column('text')
  identifier: string;

  @Column('text')
  sender: string;

  /** As the sender wrote it, offset and all; `sentAt` is the same moment. */
  @Column('text')
  sent: string;

  @Column('timestamptz', { name: 'sent_at' })
  sentAt: Date;

  @Column('text')
  kind: string;

  @Column('text')
  status: string;

  @Column('smallint')
  severity: number;

  @Column('text', { array: true })
  categories: string[];

  @Column('text', { array: true, name: 'incident_types' })
  incidentTypes: string[];

  @Column('text')
  state: string;

  @Column('text')
  urgency: string;

  @Column('text')
  certainty: string;

  @Column('text', { array: true })
  languages: string[];

  @Column('text', { array: true })
  countries: string[];

  @Column('text', { array: true })
  geocodes: string[];

  @Column('text', { name: 'originator_code', nullable: true })
  originatorCode: string | null;

  @Column('timestamptz', { name: 'begins_at' })
  beginsAt: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** Whether readers are asked to acknowledge. */
  @Column('text', { nullable: true })
  acknowledgement: 'requested' | 'required' | null;

  @Column('jsonb')
  content: Record<string, unknown>;

  /** The message as it came, for alerts that came as CAP. */
  @Column('jsonb', { nullable: true })
  cap: Record<string, unknown> | null;

  @Column('bytea', { name: 'cap_digest', nullable: true })
  capDigest: Buffer | null;

  @Column('tsvector')
  search: string;
}
