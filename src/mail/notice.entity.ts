import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type MailLanguage } from './languages.js';

/** A short mail on its way; it goes when it was taken, or when nobody would want it any more. */
@Entity('mail_notice')
@Index('mail_notice_due_idx', ['dueAt'])
@Check('mail_notice_language_check', `language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')`)
@Check('mail_notice_attempts_check', 'attempts >= 0')
export class NoticeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mail_notice_pkey' })
  id: string;

  @Column('text')
  address: string;

  @Column('text')
  language: MailLanguage;

  @Column('text')
  kind: string;

  /** What its sentences name: no secret, and nothing of any alert. */
  @Column('jsonb')
  params: Record<string, string | number>;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'first_tried_at', nullable: true })
  firstTriedAt: Date | null;

  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
