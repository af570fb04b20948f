import { type MailLanguage } from '../mail/mail.module.js';
import { type NoticeText } from '../mail/notices.service.js';

/** All that is said by mail: name of the organisation, date in UTC. */
interface ReminderWords {
  reminder: NoticeText;
  lapsed: NoticeText;
}

const WORDS: Record<MailLanguage, ReminderWords> = {
  en: {
    reminder: {
      subject: 'SLT Exchange: please accept the commitments again',
      before: [
        'The acceptance of the commitments by {name} is to be renewed by {date} (UTC).',
        'Have a senior officer sign the text in force, and enter it in SLT Exchange.',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange: your organisation may only read now',
      before: [
        'The acceptance of the commitments by {name} was due by {date} (UTC). Since it has lapsed, your organisation may read and nothing else.',
        'As soon as a senior officer has signed the text in force and it is entered in SLT Exchange, everything works again.',
      ],
      after: [],
    },
  },
  fr: {
    reminder: {
      subject: 'SLT Exchange : veuillez accepter de nouveau les engagements',
      before: [
        'L’acceptation des engagements par {name} est à renouveler avant le {date} (UTC).',
        'Faites signer le texte en vigueur par un haut responsable et saisissez-le dans SLT Exchange.',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange : votre organisation ne peut plus que lire',
      before: [
        'L’acceptation des engagements par {name} était à donner avant le {date} (UTC). Comme elle est caduque, votre organisation peut lire et rien d’autre.',
        'Dès qu’un haut responsable aura signé le texte en vigueur et qu’il sera saisi dans SLT Exchange, tout fonctionnera de nouveau.',
      ],
      after: [],
    },
  },
  es: {
    reminder: {
      subject: 'SLT Exchange: acepten de nuevo los compromisos',
      before: [
        'La aceptación de los compromisos por {name} debe renovarse antes del {date} (UTC).',
        'Hagan firmar el texto vigente a un alto responsable y regístrenlo en SLT Exchange.',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange: su organización ya solo puede leer',
      before: [
        'La aceptación de los compromisos por {name} debía darse antes del {date} (UTC). Como ha caducado, su organización puede leer y nada más.',
        'En cuanto un alto responsable haya firmado el texto vigente y conste en SLT Exchange, todo volverá a funcionar.',
      ],
      after: [],
    },
  },
  ar: {
    reminder: {
      subject: 'SLT Exchange: يرجى قبول الالتزامات من جديد',
      before: [
        'يجب تجديد قبول {name} للالتزامات قبل {date} (بالتوقيت العالمي المنسق).',
        'يرجى أن يوقّع مسؤول رفيع النص الساري وأن يُسجَّل ذلك في SLT Exchange.',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange: لم يعد لمؤسستكم سوى القراءة',
      before: [
        'كان يجب قبول {name} للالتزامات قبل {date} (بالتوقيت العالمي المنسق). وبما أنه انقضى فلمؤسستكم القراءة لا غير.',
        'ما إن يوقّع مسؤول رفيع النص الساري ويُسجَّل ذلك في SLT Exchange حتى يعود كل شيء إلى العمل.',
      ],
      after: [],
    },
  },
  ru: {
    reminder: {
      subject: 'SLT Exchange: пожалуйста, примите обязательства заново',
      before: [
        'Принятие обязательств организацией {name} нужно возобновить до {date} (UTC).',
        'Пусть руководитель подпишет действующий текст, и внесите это в SLT Exchange.',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange: вашей организации теперь доступно только чтение',
      before: [
        'Организация {name} должна была принять обязательства до {date} (UTC). Срок истёк, и вашей организации доступно только чтение.',
        'Как только руководитель подпишет действующий текст и это будет внесено в SLT Exchange, всё снова заработает.',
      ],
      after: [],
    },
  },
  zh: {
    reminder: {
      subject: 'SLT Exchange：请重新接受承诺',
      before: [
        '{name} 对各项承诺的接受须在 {date}（UTC）前续期。',
        '请由高级负责人签署现行文本，并在 SLT Exchange 中登记。',
      ],
      after: [],
    },
    lapsed: {
      subject: 'SLT Exchange：贵组织现在只能阅读',
      before: [
        '{name} 本应在 {date}（UTC）前接受各项承诺。该接受已失效，贵组织只能阅读。',
        '一旦高级负责人签署现行文本并在 SLT Exchange 中登记，一切即恢复正常。',
      ],
      after: [],
    },
  },
};

/** The notice in every language. */
export const textsOf = (kind: keyof ReminderWords): Record<MailLanguage, NoticeText> => ({
  en: WORDS.en[kind],
  fr: WORDS.fr[kind],
  es: WORDS.es[kind],
  ar: WORDS.ar[kind],
  ru: WORDS.ru[kind],
  zh: WORDS.zh[kind],
});
