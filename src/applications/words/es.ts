import { type ApplicationWords } from './application-words.js';

export const es: ApplicationWords = {
  confirmation: {
    subject: 'Por favor, confirme: solicitud a SLT Exchange',
    before: [
      'Alguien presentó una solicitud a SLT Exchange en nombre de una organización e indicó esta dirección. Nadie la lee antes de que usted la confirme.',
      'Para confirmar, abra esta página y pulse el botón. Días de validez del enlace: {days}.',
    ],
    after: ['Si no fue usted, no haga nada: la solicitud se eliminará.'],
  },
  link: {
    subject: 'El enlace a su solicitud a SLT Exchange',
    before: [
      'Alguien pidió un nuevo enlace a la solicitud de {name}. Sustituye al que usted tiene en cuanto pulse el botón de esta página. Días de validez: {days}.',
    ],
    after: ['Si no fue usted, no haga nada: el enlace que tiene sigue siendo válido.'],
  },
  news: {
    subject: 'Novedades de su solicitud a SLT Exchange',
    before: ['Hay novedades en la solicitud de {name}. Abra su enlace privado para leerlas.'],
    after: ['Si ha perdido el enlace, pida uno nuevo en SLT Exchange con esta dirección.'],
  },
  page: {
    title: 'Solicitud a SLT Exchange',
    question: '¿Habla usted en nombre de la solicitud de {name}?',
    button: 'Sí, muéstreme su enlace privado',
    shown:
      'Este es el enlace privado a su solicitud. Con él presenta documentos, responde a preguntas y ve la decisión.',
    keep: 'Se muestra solo esta vez. Guárdelo y no lo dé a nadie que no pueda hablar en nombre de su organización.',
    over: 'Este enlace ya no es válido.',
  },
};
