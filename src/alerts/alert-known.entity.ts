import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** When the originator learned of what it published; its own alone. */
@Entity('alert_known')
export class AlertKnownEntity {
  @PrimaryColumn('uuid', { name: 'alert_id', primaryKeyConstraintName: 'alert_known_pkey' })
  @ForeignKey('shareable', { name: 'alert_known_alert_fkey' })
  alertId: string;

  @Column('timestamptz', { name: 'known_at' })
  knownAt: Date;
}
