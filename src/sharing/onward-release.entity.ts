import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One text released by its originator to one more receiver, until a date; the sharing rule reads its state. */
@Entity('onward_release')
@Index('onward_release_current_key', ['renditionId', 'partnerId'], {
  unique: true,
  where: `state = 'current'`,
})
@Index('onward_release_shareable_idx', ['shareableId'])
@Index('onward_release_partner_idx', ['partnerId'], { where: `state = 'current'` })
@Index('onward_release_ending_idx', ['until'], { where: `state = 'current'` })
@Check('onward_release_state_check', `state in ('current', 'ended')`)
export class OnwardReleaseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'onward_release_pkey' })
  id: string;

  @Column('uuid', { name: 'rendition_id' })
  @ForeignKey('rendition', { name: 'onward_release_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'shareable_id' })
  @ForeignKey('shareable', { name: 'onward_release_shareable_fkey' })
  shareableId: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'onward_release_partner_fkey' })
  partnerId: string;

  @Column('timestamptz')
  until: Date;

  @Column('text')
  state: 'current' | 'ended';

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
