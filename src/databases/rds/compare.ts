/** Whether a restored instance or cluster is like the source, field by field. Pure. */
import { each, number, part, parts, text, type Description, type Value } from './description.ts';
import { userTags } from './tags.ts';

export type Difference = { readonly field: string; readonly source: string; readonly restored: string };

/** @param mayDiffer fields that are not compared, with the reason of each */
export function differences(source: Description, restored: Description, mayDiffer: Readonly<Record<string, string>>): readonly Difference[] {
  const fields = [...new Set([...Object.keys(source), ...Object.keys(restored)])].filter((field) => mayDiffer[field] === undefined).toSorted();
  return fields.flatMap((field) => {
    const [was, is] = [comparable(source, field), comparable(restored, field)];
    return was === is ? [] : [{ field, source: was, restored: is }];
  });
}

/** `MultiAZ is "" and was "true"; …`, for a log. */
export function tellDifferences(found: readonly Difference[]): string {
  return found.map(({ field, source, restored }) => `${field} is ${restored || 'not set'} and should be ${source || 'not set'}`).join('; ');
}

/** A field as text, without what two alike may differ in (an address, a status, an order); empty for what is absent, off or without elements. */
function comparable(of: Description, field: string): string {
  switch (field) {
    case 'Endpoint':
      return String(number(part(of, field), 'Port') ?? '');
    case 'TagList':
      return list(userTags(of).map(({ Key, Value }) => `${Key}=${Value}`));
    case 'VpcSecurityGroups':
      return list(each(of, field, 'VpcSecurityGroupId'));
    case 'DBParameterGroups':
      return list(each(of, field, 'DBParameterGroupName'));
    case 'OptionGroupMemberships':
      return list(each(of, field, 'OptionGroupName'));
    case 'DBClusterOptionGroupMemberships':
      return list(each(of, field, 'DBClusterOptionGroupName'));
    case 'DBSubnetGroup':
      return text(of, field) ?? text(part(of, field), 'DBSubnetGroupName') ?? '';
    case 'AssociatedRoles':
      return list(rolesOf(of).map(({ arn, feature }) => `${feature} ${arn}`));
    case 'MasterUserSecret':
      return text(part(of, field), 'KmsKeyId') ?? '';
    case 'DomainMemberships':
      return list(parts(of, field).map((one) => plain({ ...one, Status: undefined })));
    case 'MaxAllocatedStorage':
      // Where storage does not grow by itself, some answers name its size as the limit.
      return number(of, field) === number(of, 'AllocatedStorage') ? '' : plain(of[field]);
    default:
      return plain(of[field]);
  }
}

export type Role = { readonly arn: string; readonly feature: string };

export function rolesOf(of: Description): readonly Role[] {
  return parts(of, 'AssociatedRoles').map((one) => ({ arn: text(one, 'RoleArn') ?? '', feature: text(one, 'FeatureName') ?? '' }));
}

function list(items: readonly string[] | undefined): string {
  return (items ?? []).toSorted().join(', ');
}

function plain(value: Value): string {
  if (value === undefined || value === null || value === false || value === 0) return '';
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return list(value.map(plain));
  const fields = Object.entries(value).map(([name, inner]) => [name, plain(inner)] as const).filter(([, inner]) => inner !== '').toSorted(([a], [b]) => (a < b ? -1 : 1));
  return fields.length === 0 ? '' : `{${fields.map(([name, inner]) => `${name}: ${inner}`).join(', ')}}`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
