import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type WithdrawalChoice, type WithdrawalState } from './withdrawal.rules.js';

/** That a partner left for good, and what becomes of what it contributed. */
@Entity('partner_withdrawal')
@Check('partner_withdrawal_choice_check', `choice in ('return', 'deletion')`)
@Check('partner_withdrawal_state_check', `state in ('returning', 'withdrawing', 'done')`)
@Check('partner_withdrawal_return_check', `(choice = 'return') = (fetch_until is not null)`)
@Check('partner_withdrawal_link_check', `(link_hash is not null) = (state = 'returning')`)
@Check('partner_withdrawal_finished_check', `(finished_at is not null) = (state = 'done')`)
@Index('partner_withdrawal_link_key', ['linkHash'], { unique: true })
@Index('partner_withdrawal_due_idx', ['requestedAt', 'partnerId'], { where: `state <> 'done'` })
export class PartnerWithdrawalEntity {
  @PrimaryColumn('uuid', { name: 'partner_id', primaryKeyConstraintName: 'partner_withdrawal_pkey' })
  @ForeignKey('partner', { name: 'partner_withdrawal_partner_fkey' })
  partnerId: string;

  @Column('text')
  choice: WithdrawalChoice;

  @Column('text')
  state: WithdrawalState;

  @Column('timestamptz', { name: 'requested_at', default: () => 'now()' })
  requestedAt: Date;

  @Column('timestamptz', { name: 'fetch_until', nullable: true })
  fetchUntil: Date | null;

  @Column('bytea', { name: 'link_hash', nullable: true })
  linkHash: Buffer | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
