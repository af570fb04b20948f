import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type PresenceState, type PresenceStatus } from './presence.rules.js';

/** Whether a partner works in a country, from a date on. */
@Entity('partner_presence')
@Check('partner_presence_country_check', `country ~ '^[A-Z]{2}$'`)
@Check('partner_presence_status_check', `status in ('active', 'suspended', 'closed')`)
@Check('partner_presence_state_check', `state in ('proposed', 'refused', 'planned', 'current', 'past')`)
@Index('partner_presence_current_key', ['partnerId', 'country'], {
  unique: true,
  where: `state = 'current'`,
})
@Index('partner_presence_partner_idx', ['partnerId', 'id'])
@Index('partner_presence_planned_idx', ['startsAt'], { where: `state = 'planned'` })
export class PartnerPresenceEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_presence_pkey' })
  id: string;

  @Column('uuid', { name: 'partner_id' })
  @ForeignKey('partner', { name: 'partner_presence_partner_fkey' })
  partnerId: string;

  @Column('text')
  country: string;

  @Column('text')
  status: PresenceStatus;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date;

  @Column('text')
  state: PresenceState;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
