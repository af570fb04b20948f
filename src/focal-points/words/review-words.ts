import { type MailLanguage } from '../../mail/mail.module.js';
import { type NoticeText } from '../../mail/notices.service.js';

/** Name of the organisation, ids of its clients, and the first of their days. */
export const REVIEW_WORDS: Record<MailLanguage, NoticeText> = {
  en: {
    subject: 'SLT Exchange: say which systems of your organisation are still needed',
    before: [
      'By {date} somebody must say that these clients of {partner} are still needed: {clients}.',
      'From then on those for which nobody spoke only read: they publish, report and answer nothing. Another client of yours with the scope clients:attest can say it, or the steward of the exchange.',
    ],
    after: [],
  },
  fr: {
    subject: 'SLT Exchange : indiquez quels systèmes de votre organisation restent nécessaires',
    before: [
      'D’ici au {date}, quelqu’un doit confirmer que ces clients de {partner} restent nécessaires : {clients}.',
      'Passé ce délai, ceux que personne n’a confirmés ne peuvent plus que lire : ils ne publient, ne signalent et ne répondent plus. Un autre de vos clients doté de la portée clients:attest peut le faire, ou le responsable de la plateforme.',
    ],
    after: [],
  },
  es: {
    subject: 'SLT Exchange: indique qué sistemas de su organización siguen siendo necesarios',
    before: [
      'Antes del {date} alguien debe confirmar que estos clientes de {partner} siguen siendo necesarios: {clients}.',
      'A partir de entonces, los que nadie haya confirmado solo podrán leer: no publican, no informan ni responden. Puede hacerlo otro cliente suyo con el permiso clients:attest, o el responsable de la plataforma.',
    ],
    after: [],
  },
  ar: {
    subject: 'SLT Exchange: بيّنوا أي أنظمة منظمتكم ما زالت لازمة',
    before: [
      'يجب أن يؤكد أحد قبل {date} أن هؤلاء العملاء التابعين لـ {partner} ما زالوا لازمين: {clients}.',
      'وبعد ذلك لا يستطيع من لم يؤكده أحد إلا القراءة: لا ينشر ولا يبلّغ ولا يجيب. يمكن أن يؤكد ذلك عميل آخر لكم لديه الصلاحية clients:attest، أو القائم على المنصة.',
    ],
    after: [],
  },
  ru: {
    subject: 'SLT Exchange: укажите, какие системы вашей организации ещё нужны',
    before: [
      'До {date} кто-то должен подтвердить, что эти клиенты организации {partner} ещё нужны: {clients}.',
      'После этого те, за кого никто не поручился, могут только читать: они ничего не публикуют, не сообщают и не отвечают. Подтвердить это может другой ваш клиент с правом clients:attest или распорядитель платформы.',
    ],
    after: [],
  },
  zh: {
    subject: 'SLT Exchange：请说明贵组织的哪些系统仍然需要',
    before: [
      '须在 {date} 之前有人确认 {partner} 的以下客户端仍然需要：{clients}。',
      '此后，无人确认的客户端只能读取，不能发布、报告或答复。可由贵组织另一个具有 clients:attest 权限的客户端确认，或由平台管理方确认。',
    ],
    after: [],
  },
};
