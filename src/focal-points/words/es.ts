import { type FocalPointWords } from './focal-point-words.js';

export const es: FocalPointWords = {
  ask: {
    subject: 'Por favor, confirme: punto focal en SLT Exchange',
    before: [
      '{partner} le designó como punto focal en SLT Exchange. Los demás ven cómo localizarle una vez que haya confirmado.',
      'Para confirmar, abra esta página y pulse el botón. Días restantes: {days}.',
    ],
    after: ['Si esto no es para usted, dígaselo a {partner}.'],
  },
  reminder: {
    subject: 'Recordatorio: confirme que sigue siendo el punto focal',
    before: [
      'Usted es punto focal de {partner} en SLT Exchange. Confirme que lo sigue siendo: abra esta página y pulse el botón. Días restantes: {days}.',
    ],
    after: [
      'Si nadie confirma a tiempo, {partner} no recibe nada por encima de TLP:GREEN hasta que alguien lo haga.',
    ],
  },
  suspended: {
    subject: 'Contenido restringido suspendido: nadie ha confirmado',
    before: [
      'Ningún punto focal de {partner} ha confirmado a tiempo ({place}). No se entrega nada por encima de TLP:GREEN hasta que uno lo haga.',
      'Las alertas graves en TLP:GREEN y TLP:CLEAR siguen llegando a la dirección de guardia.',
    ],
    after: [],
  },
  unconfirmed: {
    subject: 'Un miembro ya no tiene punto focal confirmado',
    before: [
      'Ningún punto focal de {partner} ha confirmado a tiempo ({place}). El miembro no recibe nada por encima de TLP:GREEN hasta que uno lo haga.',
      'Como presidencia, averigüe a quién se puede localizar.',
    ],
    after: [],
  },
  page: {
    title: 'Punto focal en SLT Exchange',
    question: '¿Sigue siendo usted el punto focal de {partner}?',
    button: 'Sí',
    done: 'Gracias. Queda confirmado por 90 días.',
    over: 'Este enlace ya no es válido. Con el próximo mensaje llegará uno nuevo.',
  },
  duty: 'Recibe esto en la dirección de guardia de {partner} porque ninguno de sus puntos focales ha confirmado a tiempo. Seguirá así hasta que uno lo haga.',
};
