import { Module } from '@nestjs/common';
import { ArrangementsModule } from '../arrangements/arrangements.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { ActivationsService } from './activations.service.js';
import { ContactTreeController } from './contact-tree.controller.js';
import { ContactTreeRepository } from './contact-tree.repository.js';
import { ContactTreeService } from './contact-tree.service.js';

/**
 * Commitment 1: the emergency contact tree of an arrangement, and whom it reached when it was called. Owns contact_tree,
 * contact_tree_entry, contact_activation and contact_call. Calls arrangements, emits nothing.
 */
@Module({
  imports: [ArrangementsModule, AuditModule, MailModule],
  controllers: [ContactTreeController],
  providers: [ActivationsService, ContactTreeRepository, ContactTreeService],
})
export class ContactTreeModule {}
