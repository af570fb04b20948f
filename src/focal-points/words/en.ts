import { type FocalPointWords } from './focal-point-words.js';

export const en: FocalPointWords = {
  ask: {
    subject: 'Please confirm: focal point on SLT Exchange',
    before: [
      '{partner} named you as its focal point on SLT Exchange. Others see how to reach you once you have confirmed.',
      'To confirm, open this page and press the button. Days that remain: {days}.',
    ],
    after: ['If this is not for you, tell {partner}.'],
  },
  reminder: {
    subject: 'Reminder: confirm that you are still the focal point',
    before: [
      'You are a focal point of {partner} on SLT Exchange. Please confirm that you still are: open this page and press the button. Days that remain: {days}.',
    ],
    after: ['When nobody confirms in time, {partner} is given nothing above TLP:GREEN until somebody does.'],
  },
  suspended: {
    subject: 'Restricted content is suspended: nobody has confirmed',
    before: [
      'No focal point of {partner} has confirmed in time ({place}). Nothing above TLP:GREEN is given there until one does.',
      'Severe alerts at TLP:GREEN and TLP:CLEAR go on to the duty address.',
    ],
    after: [],
  },
  unconfirmed: {
    subject: 'A member has no confirmed focal point any more',
    before: [
      'No focal point of {partner} has confirmed in time ({place}). The member is given nothing above TLP:GREEN until one does.',
      'As chair, please find out whom to reach.',
    ],
    after: [],
  },
  page: {
    title: 'Focal point on SLT Exchange',
    question: 'Are you still the focal point of {partner}?',
    button: 'Yes, I am',
    done: 'Thank you. You are confirmed for 90 days.',
    over: 'This link is not good any more. A new one comes with the next mail.',
  },
  duty: 'You receive this at the duty address of {partner}, for no focal point of it has confirmed in time. This goes on until one does.',
};
