import { type EntrySeed, type ListSeed, labels } from './seed.js';
import { type EntityBasis, type ReferenceVerification } from '../reference.values.js';

const UN_SYSTEM = 'UN CRAFd reference data sets: entities of the UN system';

/** Named as a participant in the UNSMS, or in its Inter-Agency Security Management Network. */
const named = (source: string): Standing => ['sourced', source];
/** Of the UN system, all of which the UNSMS covers; its own membership was not seen. */
const ofTheSystem = (source = UN_SYSTEM): Standing => ['inferred', source];
/** From memory. */
const REMEMBERED: Standing = ['unverified', undefined];

type Standing = [ReferenceVerification, string | undefined];

const IASMN21 = 'IASMN, report of the 21st session';
const IASMN28 = 'IASMN, report of the 28th session';
const TEXT = 'UNDSS, description of the UNSMS and SLT';

function entity(
  group: string,
  symbol: string,
  name: string,
  [verification, source]: Standing,
  { basis = 'CHARTER', definition }: { basis?: EntityBasis; definition?: string } = {},
): EntrySeed {
  const code = symbol.toLowerCase().replace(/[^a-z]+/g, '_');
  return {
    code,
    labels: labels(name),
    symbol,
    verification,
    ...(source !== undefined && { source }),
    ...(definition !== undefined && { definition }),
    details: { group, basis },
    crosswalks: [],
  };
}

const of =
  (group: string) =>
  (...[symbol, name, standing, more]: [string, string, Standing, Parameters<typeof entity>[4]?]): EntrySeed =>
    entity(group, symbol, name, standing, more);

const secretariat = of('Secretariat');
const commission = of('Regional commission');
const programme = of('Fund or programme');
const other = of('Other entity');
const research = of('Research or training');
const agency = of('Specialised agency');
const related = of('Related organisation');
const treaty = of('Treaty secretariat');
const court = of('Court or tribunal');
const byMemorandum = of('By memorandum of understanding');

const DOUBTFUL = { definition: 'Membership of the UNSMS is doubtful.' };
const MOU = { basis: 'MOU' } as const;

/** A working list: no official one was found, and how many there are is for it to say. */
export const UNSMS_ENTITIES: ListSeed = {
  code: 'unsms-entities',
  names: labels([
    'Organisations of the UN Security Management System',
    'Organisations du système de gestion de la sécurité des Nations Unies',
    'Organizaciones del sistema de gestión de la seguridad de las Naciones Unidas',
    'مؤسسات نظام الأمم المتحدة لإدارة الأمن',
  ]),
  description:
    'A working list, since no official one was found. Sourced: named as a participant. Inferred: of the UN system, membership of its own not seen. Unverified: from memory. A mission or country office is part of an entity, not one.',
  verification: 'inferred',
  entries: [
    secretariat('UNDSS', 'Department of Safety and Security', named(TEXT)),
    secretariat('EOSG', 'Executive Office of the Secretary-General', ofTheSystem()),
    secretariat('DPO', 'Department of Peace Operations', ofTheSystem(), {
      definition: 'Including missions.',
    }),
    secretariat('DPPA', 'Department of Political and Peacebuilding Affairs', ofTheSystem(), {
      definition: 'Including special political missions.',
    }),
    secretariat(
      'DOS',
      'Department of Operational Support',
      ofTheSystem('DOS/2020.7, Casualty Evacuation in the Field'),
    ),
    secretariat('DMSPC', 'Department of Management Strategy, Policy and Compliance', REMEMBERED),
    secretariat('DGACM', 'Department for General Assembly and Conference Management', REMEMBERED),
    secretariat('DGC', 'Department of Global Communications', REMEMBERED),
    secretariat('DESA', 'Department of Economic and Social Affairs', ofTheSystem()),
    secretariat(
      'OCHA',
      'Office for the Coordination of Humanitarian Affairs',
      named('UNDSS, critical incident stress training'),
    ),
    secretariat('OHCHR', 'Office of the United Nations High Commissioner for Human Rights', ofTheSystem()),
    secretariat('OLA', 'Office of Legal Affairs', ofTheSystem()),
    secretariat(
      'OIOS',
      'Office of Internal Oversight Services',
      ofTheSystem('UNDSS, training annual report 2021'),
    ),
    secretariat('UNODA', 'Office for Disarmament Affairs', ofTheSystem('UNODA, SSAFE training update')),
    secretariat('UNOCT', 'Office of Counter-Terrorism', ofTheSystem()),
    secretariat('DCO', 'Development Coordination Office', REMEMBERED),
    secretariat('UNDRR', 'Office for Disaster Risk Reduction', ofTheSystem()),
    secretariat('UNODC', 'Office on Drugs and Crime', ofTheSystem()),
    secretariat(
      'UNOG',
      'United Nations Office at Geneva',
      ofTheSystem('UNDSS, critical incident stress stories'),
    ),
    secretariat('UNOV', 'United Nations Office at Vienna', ofTheSystem()),
    secretariat('UNON', 'United Nations Office at Nairobi', REMEMBERED),
    commission('ECA', 'Economic Commission for Africa', ofTheSystem()),
    commission('ECE', 'Economic Commission for Europe', ofTheSystem()),
    commission('ECLAC', 'Economic Commission for Latin America and the Caribbean', ofTheSystem()),
    commission('ESCAP', 'Economic and Social Commission for Asia and the Pacific', ofTheSystem()),
    commission('ESCWA', 'Economic and Social Commission for Western Asia', ofTheSystem()),
    other('UNCTAD', 'United Nations Conference on Trade and Development', ofTheSystem()),
    programme('UNEP', 'United Nations Environment Programme', ofTheSystem()),
    programme('UN-Habitat', 'United Nations Human Settlements Programme', ofTheSystem()),
    programme(
      'UNDP',
      'United Nations Development Programme',
      named('UNDP, Programme and Operations Policies and Procedures'),
    ),
    programme('UNCDF', 'United Nations Capital Development Fund', ofTheSystem()),
    programme('UNV', 'United Nations Volunteers', named('UNV, security evacuation')),
    programme('UNFPA', 'United Nations Population Fund', named('UNFPA, standard operating procedures')),
    programme('UNICEF', 'United Nations Children’s Fund', named('UNICEF, Core Commitments for Children')),
    programme('WFP', 'World Food Programme', named('UNDSS, critical incident stress training')),
    programme(
      'UNHCR',
      'Office of the United Nations High Commissioner for Refugees',
      named('UNDSS, critical incident stress training'),
    ),
    other(
      'UNRWA',
      'United Nations Relief and Works Agency for Palestine Refugees in the Near East',
      ofTheSystem(),
    ),
    other(
      'UN Women',
      'United Nations Entity for Gender Equality and the Empowerment of Women',
      ofTheSystem(),
    ),
    other('UNAIDS', 'Joint United Nations Programme on HIV/AIDS', ofTheSystem()),
    other('UNOPS', 'United Nations Office for Project Services', ofTheSystem()),
    other('ITC', 'International Trade Centre', ofTheSystem()),
    research('UNITAR', 'United Nations Institute for Training and Research', ofTheSystem()),
    research('UNSSC', 'United Nations System Staff College', ofTheSystem('UNSSC, SSAFE')),
    research('UNU', 'United Nations University', ofTheSystem()),
    research('UNIDIR', 'United Nations Institute for Disarmament Research', ofTheSystem()),
    research('UNICRI', 'United Nations Interregional Crime and Justice Research Institute', ofTheSystem()),
    research('UNRISD', 'United Nations Research Institute for Social Development', REMEMBERED),
    other('UNJSPF', 'United Nations Joint Staff Pension Fund', REMEMBERED),
    agency(
      'FAO',
      'Food and Agriculture Organization of the United Nations',
      named('ICTP announcement, 2015'),
    ),
    agency('ICAO', 'International Civil Aviation Organization', ofTheSystem()),
    agency('IFAD', 'International Fund for Agricultural Development', ofTheSystem()),
    agency('ILO', 'International Labour Organization', ofTheSystem()),
    agency('IMF', 'International Monetary Fund', ofTheSystem(), DOUBTFUL),
    agency('IMO', 'International Maritime Organization', ofTheSystem()),
    agency('ITU', 'International Telecommunication Union', named(IASMN21)),
    agency('UNESCO', 'United Nations Educational, Scientific and Cultural Organization', named(IASMN28)),
    agency('UNIDO', 'United Nations Industrial Development Organization', ofTheSystem()),
    agency('UN Tourism', 'World Tourism Organization', ofTheSystem(), { definition: 'Also UNWTO.' }),
    agency('UPU', 'Universal Postal Union', ofTheSystem()),
    agency('WHO', 'World Health Organization', ofTheSystem(), {
      definition: 'With the Pan American Health Organization (PAHO).',
    }),
    agency('WIPO', 'World Intellectual Property Organization', ofTheSystem()),
    agency('WMO', 'World Meteorological Organization', ofTheSystem()),
    agency('World Bank', 'World Bank Group', named('UNDSS, critical incident stress training'), {
      definition: 'IBRD, IDA and IFC.',
    }),
    related('IAEA', 'International Atomic Energy Agency', ofTheSystem()),
    related(
      'CTBTO',
      'Preparatory Commission for the Comprehensive Nuclear-Test-Ban Treaty Organization',
      ofTheSystem(),
    ),
    related('OPCW', 'Organisation for the Prohibition of Chemical Weapons', ofTheSystem()),
    related('WTO', 'World Trade Organization', ofTheSystem(), DOUBTFUL),
    treaty(
      'UNFCCC',
      'Secretariat of the United Nations Framework Convention on Climate Change',
      ofTheSystem(),
    ),
    treaty('UNCCD', 'Secretariat of the United Nations Convention to Combat Desertification', REMEMBERED),
    court('ICJ', 'International Court of Justice', REMEMBERED),
    court('IRMCT', 'International Residual Mechanism for Criminal Tribunals', REMEMBERED),
    byMemorandum('ADB', 'Asian Development Bank', named(IASMN21), MOU),
    byMemorandum('EBRD', 'European Bank for Reconstruction and Development', named(TEXT), MOU),
    byMemorandum('ICC', 'International Criminal Court', named(TEXT), MOU),
    byMemorandum('IOM', 'International Organization for Migration', named(IASMN28), {
      ...MOU,
      definition: 'A related organisation of the UN since 2016.',
    }),
  ],
};
