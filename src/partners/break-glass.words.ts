import { type MailLanguage } from '../mail/mail.module.js';
import { type NoticeText } from '../mail/notices.service.js';

/** Name of the organisation, id of its client, and until when. */
export const BREAK_GLASS_WORDS: Record<MailLanguage, NoticeText> = {
  en: {
    subject: 'SLT Exchange: a system of your organisation may do more for some hours',
    before: [
      'The client {client} of {name} was given more rights in an emergency, until {until}.',
      'The reason is in your audit, and the grant is reviewed afterwards. If you know nothing of it, tell the steward of the exchange at once.',
    ],
    after: [],
  },
  fr: {
    subject: 'SLT Exchange : un système de votre organisation a plus de droits pour quelques heures',
    before: [
      'Le client {client} de {name} a reçu en urgence des droits supplémentaires, jusqu’au {until}.',
      'Le motif figure dans votre journal d’audit et l’octroi sera réexaminé. Si vous n’en savez rien, prévenez immédiatement le responsable de la plateforme.',
    ],
    after: [],
  },
  es: {
    subject: 'SLT Exchange: un sistema de su organización tiene más permisos durante unas horas',
    before: [
      'El cliente {client} de {name} recibió más permisos por una emergencia, hasta el {until}.',
      'El motivo consta en su registro de auditoría y la concesión se revisará después. Si no sabe nada de ello, avise de inmediato al responsable de la plataforma.',
    ],
    after: [],
  },
  ar: {
    subject: 'SLT Exchange: مُنح أحد أنظمة منظمتكم صلاحيات إضافية لبضع ساعات',
    before: [
      'مُنح العميل {client} التابع لـ {name} صلاحيات إضافية بسبب حالة طارئة، حتى {until}.',
      'السبب مدوَّن في سجل التدقيق الخاص بكم، وسيُراجَع هذا المنح لاحقًا. إذا لم تكونوا على علم به فأبلغوا القائم على المنصة فورًا.',
    ],
    after: [],
  },
  ru: {
    subject: 'SLT Exchange: система вашей организации получила больше прав на несколько часов',
    before: [
      'Клиент {client} организации {name} получил дополнительные права в чрезвычайной ситуации, до {until}.',
      'Причина указана в вашем журнале аудита, и это решение затем будет проверено. Если вам об этом ничего не известно, немедленно сообщите распорядителю платформы.',
    ],
    after: [],
  },
  zh: {
    subject: 'SLT Exchange：贵组织的一个系统在数小时内拥有更多权限',
    before: [
      '{name} 的客户端 {client} 因紧急情况获得了更多权限，有效期至 {until}。',
      '原因记录在贵组织的审计日志中，事后将对此进行审查。如果您对此毫不知情，请立即通知平台管理方。',
    ],
    after: [],
  },
};
