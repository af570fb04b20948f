import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One area of a rendition, for the map; longitude is x, latitude is y, circles are drawn as polygons. */
@Entity('alert_shape')
@Index('alert_shape_rendition_idx', ['renditionId'])
@Index('alert_shape_shape_idx', ['shape'], { type: 'gist' })
export class AlertShapeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'alert_shape_pkey' })
  id: string;

  @Column('uuid', { name: 'rendition_id' })
  @ForeignKey('alert_rendition', { name: 'alert_shape_rendition_fkey' })
  renditionId: string;

  @Column('uuid', { name: 'alert_id' })
  @ForeignKey('shareable', { name: 'alert_shape_alert_fkey' })
  alertId: string;

  @Column('polygon')
  shape: string;
}
