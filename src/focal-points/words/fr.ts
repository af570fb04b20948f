import { type FocalPointWords } from './focal-point-words.js';

export const fr: FocalPointWords = {
  ask: {
    subject: 'Veuillez confirmer\u00a0: point focal sur SLT Exchange',
    before: [
      '{partner} vous a désigné comme point focal sur SLT Exchange. Les autres membres voient comment vous joindre une fois que vous avez confirmé.',
      'Pour confirmer, ouvrez cette page et appuyez sur le bouton. Jours restants\u00a0: {days}.',
    ],
    after: ['Si cela ne vous concerne pas, dites-le à {partner}.'],
  },
  reminder: {
    subject: 'Rappel\u00a0: confirmez que vous êtes toujours le point focal',
    before: [
      'Vous êtes point focal de {partner} sur SLT Exchange. Veuillez confirmer que vous l’êtes toujours\u00a0: ouvrez cette page et appuyez sur le bouton. Jours restants\u00a0: {days}.',
    ],
    after: [
      'Si personne ne confirme à temps, {partner} ne reçoit plus rien au-dessus de TLP:GREEN jusqu’à une confirmation.',
    ],
  },
  suspended: {
    subject: 'Contenu restreint suspendu\u00a0: personne n’a confirmé',
    before: [
      'Aucun point focal de {partner} n’a confirmé à temps ({place}). Rien au-dessus de TLP:GREEN n’y est transmis jusqu’à une confirmation.',
      'Les alertes graves en TLP:GREEN et TLP:CLEAR continuent d’être envoyées à l’adresse de permanence.',
    ],
    after: [],
  },
  unconfirmed: {
    subject: 'Un membre n’a plus de point focal confirmé',
    before: [
      'Aucun point focal de {partner} n’a confirmé à temps ({place}). Ce membre ne reçoit rien au-dessus de TLP:GREEN jusqu’à une confirmation.',
      'En tant que président, veuillez chercher qui joindre.',
    ],
    after: [],
  },
  page: {
    title: 'Point focal sur SLT Exchange',
    question: 'Êtes-vous toujours le point focal de {partner}\u00a0?',
    button: 'Oui',
    done: 'Merci. Vous êtes confirmé pour 90 jours.',
    over: 'Ce lien n’est plus valable. Un nouveau viendra avec le prochain message.',
  },
  duty: 'Vous recevez ceci à l’adresse de permanence de {partner}, car aucun de ses points focaux n’a confirmé à temps. Cela continue jusqu’à une confirmation.',
};
