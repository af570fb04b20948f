import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn, Matches, MaxLength } from 'class-validator';
import { CeilingDto } from '../access/handling.dto.js';
import { UploadAttachmentQuery } from '../attachments/attachments.module.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { MAIL_LANGUAGES, type MailLanguage } from '../mail/mail.module.js';
import { PARTNER_KINDS, type PartnerKind } from '../partners/partners.service.js';
import {
  APPLICATION_STATES,
  type ApplicationState,
  DOCUMENT_KINDS,
  type DocumentKind,
} from './application.rules.js';

/** No more than mail servers everywhere take, in ASCII. */
const ADDRESS =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const COUNTRY = /^[A-Z]{2}$/;
const COUNTRY_MESSAGE = { message: 'must be an ISO 3166-1 alpha-2 code' };

/** The person who speaks for the application; deleted some time after it is over. */
export class ApplicationContactDto {
  @IsText(2, 120)
  name: string;

  /** What the person is there, such as security director. */
  @IsText(2, 120)
  title: string;

  /** To be confirmed by the link that is sent there. */
  @MaxLength(254)
  @Matches(ADDRESS, { message: 'must be a plain mail address' })
  email: string;
}

/** Of which body of the United Nations the organisation is an implementing or operating partner. */
export class UnPartnershipDto {
  @IsText(2, 120)
  entity: string;

  /** Number or title of the agreement. */
  @IsText(2, 200)
  reference: string;
}

/** What an organisation says of itself; which of it is needed depends on its kind. */
export class ApplyDto {
  @IsIn(PARTNER_KINDS)
  kind: PartnerKind;

  @IsText(2, 200)
  name: string;

  /** ISO 3166-1 alpha-2 code of the country of registration. */
  @IfPresent()
  @Matches(COUNTRY, COUNTRY_MESSAGE)
  country?: string;

  /** In the register of that country. */
  @IfPresent()
  @IsText(1, 80)
  registrationNumber?: string;

  @IfPresent()
  @MaxLength(300)
  @Matches(/^https?:\/\/[A-Za-z0-9.-]+\.[A-Za-z]{2,}(:\d{1,5})?(\/[!-~]*)?$/, {
    message: 'must be an address such as https://example.org',
  })
  website?: string;

  @IfPresent()
  @IsNested(() => UnPartnershipDto)
  unPartnership?: UnPartnershipDto;

  /** What it is there for. */
  @IfPresent()
  @IsText(10, 2000)
  mandate?: string;

  /** ISO 3166-1 alpha-2 codes of the countries in which it works or is about to. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(250)
  @Matches(COUNTRY, { each: true, ...COUNTRY_MESSAGE })
  countries?: string[];

  @IsNested(() => ApplicationContactDto)
  contact: ApplicationContactDto;

  /** Of the mails about the application. */
  @IsIn(MAIL_LANGUAGES)
  language: MailLanguage;
}

export class AskCaseLinkDto {
  /** That the application names. */
  @MaxLength(254)
  @Matches(ADDRESS, { message: 'must be a plain mail address' })
  email: string;
}

export class AnswerApplicationDto {
  @IsText(1, 4000)
  text: string;
}

export class SupplyDocumentQuery extends UploadAttachmentQuery {
  /** What it is evidence of. */
  @IsIn(DOCUMENT_KINDS)
  kind: DocumentKind;
}

export class ListApplicationsQuery extends PageQuery {
  @IfPresent()
  @IsIn(APPLICATION_STATES)
  state?: ApplicationState;

  /** `true`: still open after the time by which they were to be decided. */
  @IfPresent()
  @IsIn(['true'])
  overdue?: 'true';
}

export class TakeUpApplicationDto {
  /** By when it is to be decided; 30 days after it was submitted when nothing is said. */
  @IfPresent()
  @IsTimestamp()
  decisionDueAt?: string;

  @IfPresent()
  @IsText(1, 1000)
  reason?: string;
}

export class RequestInformationDto {
  /** The question, as the applicant reads it. */
  @IsText(1, 4000)
  text: string;

  /** Without an answer by then the application lapses; 30 days when nothing is said. */
  @IfPresent()
  @IsTimestamp()
  answerDueAt?: string;
}

export class ApproveApplicationDto {
  /** By which the partner is known: capital letters, digits, dots, hyphens, underscores. */
  @Matches(/^[A-Z0-9][A-Z0-9._-]{1,31}$/, {
    message: 'must be 2 to 32 capital letters, digits, dots, hyphens or underscores',
  })
  code: string;

  /** The highest handling that the partner may receive. */
  @IsNested(() => CeilingDto)
  ceiling: CeilingDto;

  /** As the applicant reads it. */
  @IsText(1, 2000)
  reason: string;
}

export class RejectApplicationDto {
  /** As the applicant reads them. */
  @IsText(1, 2000)
  reason: string;
}
