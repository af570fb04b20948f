import { MAIL_LANGUAGES, type MailLanguage } from '../mail/mail.module.js';
import { type NoticeText } from '../mail/notices.service.js';

type Call = 'called' | 'drill';

/** Code of the arrangement; nothing of why. */
const WORDS: Record<MailLanguage, Record<Call, string> & { asks: string; drills: string }> = {
  en: {
    called: 'SLT Exchange: the contact tree of {place} is being called',
    drill: 'SLT Exchange: exercise, the contact tree of {place} is being called',
    asks: 'The emergency contact tree of {place} is being called. Call those whom you are to reach, and say in SLT Exchange whom you reached.',
    drills: 'This is an exercise.',
  },
  fr: {
    called: 'SLT Exchange : l’arbre d’appel de {place} est déclenché',
    drill: 'SLT Exchange : exercice, l’arbre d’appel de {place} est déclenché',
    asks: 'L’arbre d’appel d’urgence de {place} est déclenché. Appelez celles et ceux que vous devez joindre et indiquez dans SLT Exchange qui vous avez joint.',
    drills: 'Ceci est un exercice.',
  },
  es: {
    called: 'SLT Exchange: se ha activado la cadena de llamadas de {place}',
    drill: 'SLT Exchange: simulacro, se ha activado la cadena de llamadas de {place}',
    asks: 'Se ha activado la cadena de llamadas de emergencia de {place}. Llame a quienes le corresponde y anote en SLT Exchange a quién ha localizado.',
    drills: 'Esto es un simulacro.',
  },
  ar: {
    called: 'SLT Exchange: بدأ تفعيل شجرة الاتصال في {place}',
    drill: 'SLT Exchange: تمرين، بدأ تفعيل شجرة الاتصال في {place}',
    asks: 'بدأ تفعيل شجرة الاتصال للطوارئ في {place}. اتصلوا بمن عليكم الاتصال بهم، وبيّنوا في SLT Exchange من وصلتم إليه.',
    drills: 'هذا تمرين.',
  },
  ru: {
    called: 'SLT Exchange: начат обзвон по схеме оповещения {place}',
    drill: 'SLT Exchange: учение, начат обзвон по схеме оповещения {place}',
    asks: 'Начат обзвон по схеме экстренного оповещения {place}. Позвоните тем, кого должны оповестить, и укажите в SLT Exchange, с кем удалось связаться.',
    drills: 'Это учение.',
  },
  zh: {
    called: 'SLT Exchange：{place} 的联络树已启动',
    drill: 'SLT Exchange：演练，{place} 的联络树已启动',
    asks: '{place} 的紧急联络树已启动。请致电您负责联络的对象，并在 SLT Exchange 中说明已联系到谁。',
    drills: '这是一次演练。',
  },
};

export const textsOf = (call: Call): Record<MailLanguage, NoticeText> =>
  Object.fromEntries(
    MAIL_LANGUAGES.map((language) => {
      const { asks, drills, [call]: subject } = WORDS[language];
      return [language, { subject, before: call === 'drill' ? [drills, asks] : [asks], after: [] }];
    }),
  ) as unknown as Record<MailLanguage, NoticeText>;
