export { canonicalLanguage, chooseLanguage, IsLanguage } from '../core/language.js';
