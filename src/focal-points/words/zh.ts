import { type FocalPointWords } from './focal-point-words.js';

export const zh: FocalPointWords = {
  ask: {
    subject: '请确认：SLT Exchange 联络人',
    before: [
      '{partner} 指定您为其在 SLT Exchange 上的联络人。您确认之后，其他成员才能看到您的联系方式。',
      '请打开此页面并按下按钮予以确认。剩余天数：{days}。',
    ],
    after: ['如果与您无关，请告知 {partner}。'],
  },
  reminder: {
    subject: '提醒：请确认您仍是联络人',
    before: [
      '您是 {partner} 在 SLT Exchange 上的联络人。请确认您仍担任此职：打开此页面并按下按钮。剩余天数：{days}。',
    ],
    after: ['如果无人按时确认，在有人确认之前，{partner} 将收不到 TLP:GREEN 以上的任何内容。'],
  },
  suspended: {
    subject: '受限内容已暂停：无人确认',
    before: [
      '{partner} 没有联络人按时确认（{place}）。在有人确认之前，不提供 TLP:GREEN 以上的任何内容。',
      'TLP:GREEN 和 TLP:CLEAR 的严重警报仍会发送到值班地址。',
    ],
    after: [],
  },
  unconfirmed: {
    subject: '有成员已没有经确认的联络人',
    before: [
      '{partner} 没有联络人按时确认（{place}）。在有人确认之前，该成员收不到 TLP:GREEN 以上的任何内容。',
      '请您作为主席了解可以联系谁。',
    ],
    after: [],
  },
  page: {
    title: 'SLT Exchange 联络人',
    question: '您仍是 {partner} 的联络人吗？',
    button: '是',
    done: '谢谢。确认有效期为 90 天。',
    over: '此链接已失效。下一封邮件会附上新链接。',
  },
  duty: '您在 {partner} 的值班地址收到此邮件，因为其联络人均未按时确认。在有人确认之前会一直如此。',
};
