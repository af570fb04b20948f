import { type Script, SCRIPTS } from '../languages.js';
import { type Block, type Document, fill, inParagraph, oneLine } from './document.js';

const RULE = '-- ';

/** The document as plain text. */
export function writeText({ language, marks, title, blocks, footer }: Document): string {
  const write = (block: Block): string => writeBlock(block, SCRIPTS[language]);
  const label = marks.join(' ');
  return [
    ...[label, title].filter((line) => line !== ''),
    ...together(blocks, write),
    ...(label === '' ? [] : [label]),
    [RULE, ...footer.map(write)].join('\n'),
  ].join('\n\n');
}

/** Facts of one line each stand close to each other. */
function together(blocks: Block[], write: (block: Block) => string): string[] {
  const paragraphs: string[] = [];
  blocks.forEach((block, index) => {
    const before = blocks[index - 1];
    const joins = before !== undefined && ('address' in block || ('label' in block && 'label' in before));
    const text = write(block);
    if (joins) paragraphs.push(`${paragraphs.pop()}\n${text}`);
    else paragraphs.push(text);
  });
  return paragraphs;
}

function writeBlock(block: Block, { direction, colon }: Script): string {
  // U+2068 and U+2069: what is between them finds its own direction and leaves that of the rest alone.
  const isolated = (text: string): string => (direction === 'rtl' ? `\u2068${text}\u2069` : text);
  if ('sentence' in block) {
    const { template, values } = block.sentence;
    const own = Object.entries(values).map(([name, value]) => [name, isolated(oneLine(String(value)))]);
    return fill(template, Object.fromEntries(own) as Record<string, string>);
  }
  if ('text' in block) return inParagraph(block.text);
  if ('label' in block) return `${block.label}${colon}${isolated(oneLine(block.value, 2000))}`;
  if ('line' in block) {
    return [...block.marks.map((mark) => isolated(`[${mark}]`)), oneLine(block.line, 1000)].join(' ');
  }
  return block.address;
}
