import { type ApplicationWords } from './application-words.js';

export const zh: ApplicationWords = {
  confirmation: {
    subject: '请确认：加入 SLT Exchange 的申请',
    before: [
      '有人以某组织的名义向 SLT Exchange 提出申请，并填写了本邮箱地址。在您确认之前，没有人会阅读该申请。',
      '如需确认，请打开此页面并点击按钮。链接有效天数：{days}。',
    ],
    after: ['如果不是您本人提出，请不要做任何操作：该申请将被删除。'],
  },
  link: {
    subject: '您在 SLT Exchange 的申请链接',
    before: [
      '有人请求获取 {name} 申请的新链接。您在此页面点击按钮后，新链接将取代您现有的链接。有效天数：{days}。',
    ],
    after: ['如果不是您本人请求，请不要做任何操作：您现有的链接继续有效。'],
  },
  news: {
    subject: '您在 SLT Exchange 的申请有新进展',
    before: ['{name} 的申请有新进展。请打开您的专用链接查看。'],
    after: ['如果您丢失了链接，请用本邮箱地址在 SLT Exchange 申请新的链接。'],
  },
  page: {
    title: '加入 SLT Exchange 的申请',
    question: '您是否代表 {name} 的申请？',
    button: '是，显示专用链接',
    shown: '这是您申请的专用链接。您可以通过它提交证明文件、回答问题并查看决定。',
    keep: '它只显示这一次。请妥善保存，不要交给无权代表贵组织的人。',
    over: '此链接已失效。',
  },
};
