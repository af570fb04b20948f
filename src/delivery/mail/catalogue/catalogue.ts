/**
 * All that a mail or a page for a recipient says by itself, in one language. Names in braces are filled in; what they
 * stand for comes last or by itself, so that no sentence depends on its gender or number. Labels of the Traffic Light
 * Protocol and the marks of drills are never translated.
 */
export interface Catalogue {
  /** Between the members of a list. */
  comma: string;
  kind: Record<'flash' | 'advisory' | 'incident' | 'situation_report' | 'all_clear', string>;
  severity: Record<'unknown' | 'minor' | 'moderate' | 'severe' | 'extreme', string>;
  urgency: Record<'immediate' | 'expected' | 'future' | 'past' | 'unknown', string>;
  certainty: Record<'observed' | 'likely' | 'possible' | 'unlikely' | 'unknown', string>;
  response: Record<
    'shelter' | 'evacuate' | 'prepare' | 'execute' | 'avoid' | 'monitor' | 'assess' | 'all_clear' | 'none',
    string
  >;
  /** Names of what follows them. */
  label: {
    kind: string;
    severity: string;
    urgency: string;
    certainty: string;
    response: string;
    instruction: string;
    area: string;
    onset: string;
    expires: string;
    source: string;
    note: string;
    files: string;
    changes: string;
  };
  alert: {
    update: string;
    cancellation: string;
    cancelled: string;
    expired: string;
    unnamed: string;
    drill: string;
    /** language: what the text is in, named in the language of the mail */
    fallback: string;
    machine: string;
    read: string;
    /** Decisions remain with the recipient. */
    notice: string;
    acknowledge: string;
  };
  /** For what may not be told by mail. */
  above: { subject: string; body: string };
  withdrawn: { subject: string; body: string };
  digest: { subject: string; intro: string; above: string };
  footer: {
    /** partner, subscription */
    why: string;
    stop: string;
  };
  confirmation: {
    subject: string;
    /** partner, subscription, address */
    body: string;
    /** days */
    link: string;
    ignore: string;
  };
  page: {
    confirmTitle: string;
    confirmQuestion: string;
    confirmButton: string;
    confirmed: string;
    stopTitle: string;
    stopQuestion: string;
    stopButton: string;
    stopped: string;
    invalid: string;
  };
}
