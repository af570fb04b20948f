import { type ApplicationWords } from './application-words.js';

export const en: ApplicationWords = {
  confirmation: {
    subject: 'Please confirm: application to SLT Exchange',
    before: [
      'Somebody applied to SLT Exchange for an organisation and named this address. Nobody reads the application before you confirm it.',
      'To confirm, open this page and press the button. Days for which the link is good: {days}.',
    ],
    after: ['If it was not you, do nothing: the application is then deleted.'],
  },
  link: {
    subject: 'The link to your application to SLT Exchange',
    before: [
      'Somebody asked for a new link to the application of {name}. It replaces the one that you have, once you press the button on this page. Days for which it is good: {days}.',
    ],
    after: ['If it was not you, do nothing: the link that you have goes on working.'],
  },
  news: {
    subject: 'News of your application to SLT Exchange',
    before: [
      'There is something new in the application of {name}. Please open your private link to read it.',
    ],
    after: ['If you have lost the link, ask for a new one on SLT Exchange with this address.'],
  },
  page: {
    title: 'Application to SLT Exchange',
    question: 'Do you speak for the application of {name}?',
    button: 'Yes, show me its private link',
    shown:
      'This is the private link to your application. Through it you supply evidence, answer questions and see what is decided.',
    keep: 'It is shown this once. Keep it, and give it to nobody who may not speak for your organisation.',
    over: 'This link is not good any more.',
  },
};
