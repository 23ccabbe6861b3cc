import { type Static, Type } from 'typebox';
import { type DataError, Failure } from '#core/failure.ts';
import type { Change, ChangeContext } from '#domain/change.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { type AcceptanceOrder, draftAcceptance } from './acceptance.ts';
import {
  type AcceptanceDocument,
  AcceptanceDocumentInput,
  completeDocument,
  maskedComments,
  toTheirDocument,
  unmasked,
} from './acceptance-document.ts';
import { accountsOf, checkDraft } from './acceptance-rules.ts';
import type { CashShift } from './cash-shift.ts';
import type { CashShifts } from './cash-shifts.ts';
import type { ShiftId } from './field-schemas.ts';
import { type ImportResult, toImportResult } from './import-result.ts';
import type { Ledger } from './ledger.ts';
import { shownTo } from './personal-data.ts';
import { createEvidence, judge, type SaveEvidence, wasWritten } from './save-evidence.ts';
import type { ServerApi } from './server-api.ts';
import type { Complain } from './wire.ts';

/** `data` of a save. */
export const DocumentToSave = Type.Object(
  { document: AcceptanceDocumentInput },
  { additionalProperties: false },
);
type DocumentToSave = Static<typeof DocumentToSave>;

/** With `preview` nothing is sent, and the document is all there is. */
type AcceptanceAnswer = ImportResult | { readonly document: AcceptanceDocument };

/** Everything that changes something at a server, as it is carried out once. */
export type AcceptanceChanges = {
  /** Makes the draft where there is none; asking again changes nothing more. */
  readonly getDocument: Change<Static<typeof ShiftId>, Static<typeof ShiftId>, AcceptanceDocument>;
  readonly saveDocument: Change<DocumentToSave, SaveEvidence, ImportResult>;
  readonly acceptShift: Change<AcceptanceOrder, SaveEvidence, AcceptanceAnswer>;
};

export type AcceptanceChangesOptions = {
  readonly api: ServerApi;
  readonly shifts: CashShifts;
  readonly ledger: Ledger;
};

/** What may leave the bus for this requester. */
function shown<T>(answer: T, { showPersonalData }: ChangeContext): T {
  return shownTo(answer, showPersonalData);
}

const wrongInput: Complain = (_code, message) =>
  new Failure('BUS_INVALID_DATA', {
    description: `поле data не соответствует схеме действия: ${message}`,
    details: { errors: [{ path: '/document', message }] },
  });

function invalid(what: string, errors: readonly DataError[]): Failure {
  const lines = errors.map(({ path, message }) => `${path} ${message}`);
  return new Failure('BUS_INVALID_DATA', {
    description: `${what}: ${lines.join('; ')}`,
    details: { errors },
  });
}

function evidenceOf(
  shift: CashShift,
  before: AcceptanceDocument,
  document: AcceptanceDocument,
): SaveEvidence {
  const { accept_date, session_status } = shift;
  const { session_id } = document.session;
  const shiftBefore = { accept_date, session_status };
  return createEvidence({ session_id, document, before: { shift: shiftBefore, document: before } });
}

export function createAcceptanceChanges({
  api,
  shifts,
  ledger,
}: AcceptanceChangesOptions): AcceptanceChanges {
  const { http } = api;

  function refuse(code: string, message: string): never {
    throw vendorFailure('VENDOR_REJECTED', http, { status: 200, code, message });
  }

  function checkShift({ close_date, accept_date, session_status }: CashShift, reaccept: boolean): void {
    if (close_date === null || session_status === 'OPEN') refuse('shift_open', 'смена ещё не закрыта');
    const isAccepted = accept_date !== null || session_status === 'ACCEPTED';
    if (isAccepted && !reaccept)
      refuse('already_accepted', 'смена уже принята; reaccept: true примет её заново');
  }

  /** The one `save`, of the document that was written down. */
  async function send(evidence: SaveEvidence, context: ChangeContext): Promise<ImportResult> {
    // What was left out of it on disk would be missing at the server.
    if (wasWritten(evidence)) throw new Failure('VENDOR_UNAVAILABLE');
    shifts.forgetLists();
    const body = toTheirDocument(evidence.document);
    const result = await api.save(body, context.call, (response, complain) =>
      toImportResult(response, http, complain),
    );
    return shown(result, context);
  }

  const saving = {
    send: (_data: unknown, evidence: SaveEvidence, context: ChangeContext) => send(evidence, context),

    async settle(evidence: SaveEvidence, context: ChangeContext) {
      shifts.forgetLists();
      const shift = await shifts.get(evidence.session_id, context.call, true);
      const document = await shifts.getDocument(evidence.session_id, context.call, true);
      const verdict = judge(evidence, shift, document);
      if (verdict !== 'done') return verdict;
      const { session_status: status } = shift;
      return { answer: shown({ import_result: 'SUCCESS', status, errors: null, document }, context) };
    },
  };

  return {
    getDocument: {
      prepare: async ({ id }) => ({ evidence: { id } }),
      send: async (_data, { id }, context) => shown(await shifts.getDocument(id, context.call), context),
      // What was made by the lost answer's request is what there is now.
      settle: async ({ id }, context) => ({
        answer: shown(await shifts.getDocument(id, context.call, true), context),
      }),
    },

    saveDocument: {
      ...saving,
      async prepare({ document: input }, { call, showPersonalData }) {
        const document = completeDocument(input, wrongInput);
        const shift = await shifts.get(document.session.session_id, call);
        const before = await shifts.getDocument(document.session.session_id, call);
        const restored = unmasked(document, before);
        const masked = showPersonalData ? [] : maskedComments(restored, before);
        if (masked.length > 0) throw invalid('документ так сохранить нельзя', masked);
        return { evidence: evidenceOf(shift, before, restored) };
      },
    },

    acceptShift: {
      ...saving,
      async prepare(order, context) {
        const { call } = context;
        const shift = await shifts.get(order.id, call);
        checkShift(shift, order.reaccept === true);
        const before = await shifts.getDocument(order.id, call);
        // With the accepted ones hidden they would look as if the document did not cover them.
        const payments = await shifts.listPayments(order.id, false, call);
        const draft = draftAcceptance(before, payments, order);
        const checked = checkDraft(draft, await ledger.accounts(accountsOf(draft), call));
        if ('errors' in checked) throw invalid('смену так принять нельзя', checked.errors);
        if (order.preview) return { answer: { document: shown(checked.document, context) } };
        return { evidence: evidenceOf(shift, before, checked.document) };
      },
    },
  };
}
