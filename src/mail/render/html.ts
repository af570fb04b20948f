import { SCRIPTS } from '../languages.js';
import { type Block, type Document, fill, inParagraph, oneLine } from './document.js';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

/** In its own direction, whatever stands around it. */
const isolate = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`;

/** FIRST, TLP 2.0: the colours of the labels on black. */
const COLOURS: Record<string, string> = {
  'TLP:RED': '#ff2b2b',
  'TLP:AMBER+STRICT': '#ffc000',
  'TLP:AMBER': '#ffc000',
  'TLP:GREEN': '#33ff00',
};

const FONT = `font-family:system-ui,'Segoe UI','Noto Sans','Noto Naskh Arabic','Noto Sans CJK SC',Arial,sans-serif`;

/** The document as HTML: nothing is loaded from anywhere, and without styles it reads the same. */
export function writeHtml(document: Document): string {
  const { language, title, blocks, footer } = document;
  const { direction, colon } = SCRIPTS[language];
  const marks = writeMarks(document.marks);
  return [
    '<!doctype html>',
    `<html lang="${language}" dir="${direction}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>`,
    `<body style="margin:0;padding:16px;background:#fff;color:#1a1a1a;${FONT};font-size:16px;line-height:1.5">`,
    `<div style="max-width:640px" dir="${direction}" lang="${language}">`,
    marks,
    title === '' ? '' : `<p style="margin:0 0 12px;font-weight:600;color:#555">${escapeHtml(title)}</p>`,
    ...blocks.map((block) => writeBlock(block, colon)),
    marks,
    footer.length === 0
      ? ''
      : `<div style="margin-top:16px;padding-top:8px;border-top:1px solid #ccc;font-size:13px;color:#555">${footer.map((block) => writeBlock(block, colon)).join('\n')}</div>`,
    '</div>',
    '</body></html>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function writeMarks(marks: string[]): string {
  if (marks.length === 0) return '';
  const spans = marks.map(
    (mark) =>
      `<span style="display:inline-block;padding:2px 8px;background:#000;color:${COLOURS[mark] ?? '#ffffff'};font-weight:700">${escapeHtml(mark)}</span>`,
  );
  return `<p style="margin:0 0 12px" dir="ltr" lang="en">${spans.join(' ')}</p>`;
}

function writeBlock(block: Block, colon: string): string {
  if ('sentence' in block) {
    const { template, values } = block.sentence;
    const own = Object.entries(values).map(([name, value]) => [name, isolate(oneLine(String(value)))]);
    const text = fill(escapeHtml(template), Object.fromEntries(own) as Record<string, string>);
    return `<p style="margin:0 0 8px${block.strong ? ';font-weight:600' : ''}">${text}</p>`;
  }
  if ('text' in block) return writeText(block);
  if ('label' in block) {
    const value = isolate(oneLine(block.value, 2000));
    return `<p style="margin:0 0 4px"><span style="color:#555">${escapeHtml(block.label + colon)}</span>${value}</p>`;
  }
  if ('line' in block) {
    const marks = block.marks.map((mark) => `<bdi dir="ltr" lang="en"><b>[${escapeHtml(mark)}]</b></bdi>`);
    const line = `<bdi lang="${escapeHtml(block.language)}">${escapeHtml(oneLine(block.line, 1000))}</bdi>`;
    return `<p style="margin:12px 0 0">${[...marks, line].join(' ')}</p>`;
  }
  const address = escapeHtml(block.address);
  return `<p style="margin:0 0 12px" dir="ltr"><a href="${address}" style="word-break:break-all">${address}</a></p>`;
}

function writeText({ text, language, heading }: Extract<Block, { text: string }>): string {
  const lines = escapeHtml(inParagraph(text)).replace(/\r?\n/g, '<br>');
  const attributes = `lang="${escapeHtml(language)}" dir="auto"`;
  return heading
    ? `<h1 ${attributes} style="margin:0 0 12px;font-size:20px;line-height:1.3">${lines}</h1>`
    : `<p ${attributes} style="margin:8px 0 12px">${lines}</p>`;
}
