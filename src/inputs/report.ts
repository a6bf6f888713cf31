/** The inputs of the report action: the same names and meanings as those of the rollback. */
import type { Failure } from '../errors.ts';
import { secretInputs } from '../inputs.ts';
import { camelCased, type CamelCased } from './camel-case.ts';
import type { ConfigFile } from './config-file.ts';
import type { ValuesOf } from './declaration.ts';
import { allDeclarations, reportDeclarations } from './declarations.ts';
import { invalid } from './invalid.ts';
import { readAll } from './reader.ts';

type Values = ValuesOf<typeof reportDeclarations>;

/** Each input under its name in camel case, as report/action.yml describes it. The period is in milliseconds. */
export type ReportInputs = CamelCased<Omit<Values, 'config'>>;

/**
 * @param raw texts by input name, as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readReportInputs(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined): ReportInputs {
  const { config: _config, ...values } = readAll(raw, config, { declarations: reportDeclarations, secrets: secretInputs, elsewhere: Object.keys(allDeclarations), together: contradictions });
  return camelCased(values);
}

function contradictions({ badge, json }: Partial<Values>): readonly Failure[] {
  return badge === undefined || badge !== json ? [] : [invalid('Inputs "badge" and "json" name the same file', 'Give each a file of its own.')];
}
