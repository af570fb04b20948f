/** As they are cited in the lists. */
export const AWSD = 'Aid Worker Security Database, values in its public data';
export const SIND = 'Insecurity Insight, SiND aid worker data (CC BY), values in the public data set';
export const SIND_CODING = 'Insecurity Insight, the SiND data base: what is coded';
export const II_DEFINITIONS = 'Insecurity Insight, methodology and definitions';
export const INSO = 'INSO, terms and definitions';
export const ACLED = 'ACLED event and sub-event types, as mapped in public';
export const GPR8 = 'Good Practice Review 8: incident response and crisis management';
export const CAP = 'OASIS Common Alerting Protocol 1.2';
export const TLP = 'FIRST, Traffic Light Protocol 2.0';
export const UN_BULLETIN = 'ST/SGB/2007/6';
export const ADMIRALTY = 'Admiralty scale, MISP taxonomy admiralty-scale 5 (CC0)';
export const ESTIMATIVE = 'ICD 203, MISP taxonomy estimative-language 5 (CC0)';
export const THIRD_AGENCY = 'Third-agency rule: the originator grants, denies or conditions a release';
