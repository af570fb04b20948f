import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A file that was uploaded, clean and whole. Whose it is stands elsewhere. */
@Entity('attachment')
@Index('attachment_created_idx', ['createdAt'])
@Check('attachment_bytes_check', 'bytes > 0')
export class AttachmentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'attachment_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  type: string;

  @Column('integer')
  bytes: number;

  /** SHA-256. */
  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** What it belongs to, once something carries it. */
  @Column('uuid', { name: 'shareable_id', nullable: true })
  @ForeignKey('shareable', { name: 'attachment_shareable_fkey' })
  shareableId: string | null;
}

/** Who uploaded a file: for that partner's eyes only. */
@Entity('attachment_owner')
@Index('attachment_owner_partner_idx', ['partnerId'])
export class AttachmentOwnerEntity {
  @PrimaryColumn('uuid', { name: 'attachment_id', primaryKeyConstraintName: 'attachment_owner_pkey' })
  @ForeignKey('attachment', {
    name: 'attachment_owner_attachment_fkey',
    onDelete: 'CASCADE',
    deferrable: 'INITIALLY DEFERRED',
  })
  attachmentId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'attachment_owner_partner_fkey' })
  partnerId: string;

  @Column('uuid', { name: 'reader_id' })
  @ForeignKey('reader', { name: 'attachment_owner_reader_fkey' })
  readerId: string;
}

/** A piece of the content, at most 64 KiB. */
@Entity('attachment_chunk')
@Check('attachment_chunk_bytes_check', 'octet_length(bytes) between 1 and 65536')
export class AttachmentChunkEntity {
  @PrimaryColumn('uuid', { name: 'attachment_id', primaryKeyConstraintName: 'attachment_chunk_pkey' })
  @ForeignKey('attachment', {
    name: 'attachment_chunk_attachment_fkey',
    onDelete: 'CASCADE',
    deferrable: 'INITIALLY DEFERRED',
  })
  attachmentId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'attachment_chunk_pkey' })
  ordinal: number;

  @Column('bytea')
  bytes: Buffer;
}

/** What a rendition carries. */
@Entity('attachment_use')
@Index('attachment_use_rendition_idx', ['renditionId'])
export class AttachmentUseEntity {
  @PrimaryColumn('uuid', { name: 'attachment_id', primaryKeyConstraintName: 'attachment_use_pkey' })
  @ForeignKey('attachment', { name: 'attachment_use_attachment_fkey' })
  attachmentId: string;

  @PrimaryColumn('uuid', { name: 'rendition_id', primaryKeyConstraintName: 'attachment_use_pkey' })
  @ForeignKey('rendition', { name: 'attachment_use_rendition_fkey' })
  renditionId: string;
}
