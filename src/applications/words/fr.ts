import { type ApplicationWords } from './application-words.js';

export const fr: ApplicationWords = {
  confirmation: {
    subject: 'À confirmer : candidature à SLT Exchange',
    before: [
      'Une candidature à SLT Exchange a été déposée au nom d’une organisation, avec cette adresse. Personne ne la lit tant que vous ne l’avez pas confirmée.',
      'Pour confirmer, ouvrez cette page et appuyez sur le bouton. Validité du lien, en jours : {days}.',
    ],
    after: ['Si ce n’était pas vous, ne faites rien : la candidature sera supprimée.'],
  },
  link: {
    subject: 'Le lien vers votre candidature à SLT Exchange',
    before: [
      'Un nouveau lien vers la candidature de {name} a été demandé. Il remplace celui que vous avez dès que vous appuyez sur le bouton de cette page. Validité, en jours : {days}.',
    ],
    after: ['Si ce n’était pas vous, ne faites rien : votre lien reste valable.'],
  },
  news: {
    subject: 'Du nouveau dans votre candidature à SLT Exchange',
    before: [
      'Il y a du nouveau dans la candidature de {name}. Ouvrez votre lien privé pour en prendre connaissance.',
    ],
    after: ['Si vous avez perdu ce lien, demandez-en un nouveau sur SLT Exchange avec cette adresse.'],
  },
  page: {
    title: 'Candidature à SLT Exchange',
    question: 'Parlez-vous au nom de la candidature de {name} ?',
    button: 'Oui, montrez-moi son lien privé',
    shown:
      'Voici le lien privé vers votre candidature. Il vous permet de fournir des pièces, de répondre aux questions et de voir la décision.',
    keep: 'Il n’est montré que cette fois. Conservez-le et ne le donnez à personne qui ne puisse parler au nom de votre organisation.',
    over: 'Ce lien n’est plus valable.',
  },
};
