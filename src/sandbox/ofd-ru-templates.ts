import { randomUUID } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import { bare, failed, success } from './ofd-ru-answers.ts';
import { REPORT_TYPES } from './ofd-ru-reports.ts';
import type { OfdRuState, Template, User } from './ofd-ru-state.ts';
import type { SimulatedRequest, SimulatedResponse } from './simulator.ts';

/** Template dates have seven digits of a second. */
function date(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, '.0000000');
}

function templateAnswer({ Id, Name, BaseReportType, CustomFields, created, updated }: Template): unknown {
  return { Name, BaseReportType, CustomFields, Id, CDateUtc: date(created), UDateUtc: date(updated) };
}

/** 5.2. */
export function listBase(): SimulatedResponse {
  const Fields = [
    { Name: 'KktName', DisplayField: 'Касса', Optional: false },
    { Name: 'TotalSumm', DisplayField: 'Сумма', Optional: true },
  ];
  return bare(
    REPORT_TYPES.map((type) => ({
      ReportType: type,
      DisplayName: type,
      Description: `Отчёт ${type}`,
      Fields,
    })),
  );
}

/** 6.1. */
export function listTemplates(_state: OfdRuState, user: User): SimulatedResponse {
  return bare(user.templates.map(templateAnswer));
}

/** 6.2: table 9, or the refusal. */
function readBody({
  body,
}: SimulatedRequest): Pick<Template, 'Name' | 'BaseReportType' | 'CustomFields'> | undefined {
  if (!isJsonObject(body) || typeof body.Name !== 'string' || !Array.isArray(body.Fields)) return undefined;
  return {
    Name: body.Name,
    BaseReportType: String(body.BaseReportType),
    CustomFields: body.Fields.map(String),
  };
}

/** Saves another template, also under a name that there is already. */
export function addTemplate(state: OfdRuState, user: User, request: SimulatedRequest): SimulatedResponse {
  const fields = readBody(request);
  if (!fields) return failed('InternalError', 500);
  const now = state.clock.now();
  user.templates.push({ ...fields, Id: randomUUID(), created: now, updated: now });
  return success();
}

function find(user: User, id: string): Template | undefined {
  return user.templates.find(({ Id }) => Id === id.toLowerCase());
}

/** 6.3; what is answered about an unknown id is nowhere documented. */
export function getTemplate(
  _state: OfdRuState,
  user: User,
  _request: SimulatedRequest,
  id: string,
): SimulatedResponse {
  const template = find(user, id);
  return template ? bare(templateAnswer(template)) : failed('TemplateNotFound', 404);
}

/** 6.4. */
export function saveTemplate(
  state: OfdRuState,
  user: User,
  request: SimulatedRequest,
  id: string,
): SimulatedResponse {
  const [template, fields] = [find(user, id), readBody(request)];
  if (!template) return failed('TemplateNotFound', 404);
  if (!fields) return failed('InternalError', 500);
  Object.assign(template, fields, { updated: state.clock.now() });
  return success();
}

/** 6.5. */
export function removeTemplate(
  _state: OfdRuState,
  user: User,
  _request: SimulatedRequest,
  id: string,
): SimulatedResponse {
  const template = find(user, id);
  if (!template) return failed('TemplateNotFound', 404);
  user.templates.splice(user.templates.indexOf(template), 1);
  return success();
}
