import { type ByteSource, NotWhatItSays } from './cleaning/byte-source.js';
import { checkGeoJson, checkText } from './cleaning/check-text.js';
import { cleanJpeg } from './cleaning/clean-jpeg.js';
import { cleanPng } from './cleaning/clean-png.js';
import { cleanWebp } from './cleaning/clean-webp.js';

export type AttachmentType =
  | 'image/jpeg'
  | 'image/png'
  | 'image/webp'
  | 'application/pdf'
  | 'text/plain'
  | 'text/csv'
  | 'application/geo+json';

interface Kind {
  /** Under which a file of this type may be saved; the first is added to a name that has none of them. */
  extensions: string[];
  /** What the content is recognised as; undefined for text, which has no mark. */
  recognised: string | undefined;
  /** False where metadata can hide in what we cannot take apart. */
  isClean: boolean;
  clean(source: ByteSource): AsyncGenerator<Buffer>;
}

const KINDS: Record<AttachmentType, Kind> = {
  'image/jpeg': { extensions: ['jpg', 'jpeg'], recognised: 'image/jpeg', isClean: true, clean: cleanJpeg },
  'image/png': { extensions: ['png'], recognised: 'image/png', isClean: true, clean: cleanPng },
  'image/webp': { extensions: ['webp'], recognised: 'image/webp', isClean: true, clean: cleanWebp },
  'application/pdf': {
    extensions: ['pdf'],
    recognised: 'application/pdf',
    isClean: false,
    clean: (source) => source.rest(),
  },
  'text/plain': { extensions: ['txt', 'md', 'log'], recognised: undefined, isClean: true, clean: checkText },
  'text/csv': { extensions: ['csv'], recognised: undefined, isClean: true, clean: checkText },
  'application/geo+json': {
    extensions: ['geojson', 'json'],
    recognised: undefined,
    isClean: true,
    clean: checkGeoJson,
  },
};

export const ATTACHMENT_TYPES = Object.keys(KINDS) as AttachmentType[];

export const kindOf = (type: AttachmentType): Kind => KINDS[type];

/** Formats that could pass for text while they carry what text cannot. */
const NO_TEXT = /^application\/(pdf|rtf|postscript|eps)$/;

/**
 * @param recognised what the content shows itself to be, undefined when nothing
 * @throws NotWhatItSays
 */
export function refuseUnlike(stated: AttachmentType, recognised: string | undefined): void {
  const wanted = KINDS[stated].recognised;
  // Letters at the beginning of a text can look like the mark of many a format.
  const fits = wanted === undefined ? !NO_TEXT.test(recognised ?? '') : recognised === wanted;
  if (!fits) throw new NotWhatItSays(`is not ${stated}`);
}

/** The name with an extension of its type, under which no system runs a file. */
export function safeName(name: string, type: AttachmentType): string {
  const { extensions } = KINDS[type];
  const known = extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
  return known ? name : `${name}.${extensions[0]}`;
}

/** RFC 6266 with RFC 8187: saved, never shown, under its name or, by old programs, under what of it is ASCII. */
export function contentDisposition(name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
