/**
 * `IdKkm` → `id_kkm`, `CDateUtc` → `c_date_utc`, `KKM` → `kkm`, `mUnitsRid` → `m_units_rid`, `getXReport` →
 * `get_x_report`: trimmed; a capital begins a word unless it follows a capital and is not followed by a
 * small letter.
 */
export function snakeCase(name: string): string {
  return name
    .trim()
    .replace(/(?<=[^_])(?:(?<!\p{Lu})\p{Lu}|\p{Lu}(?=\p{Ll}))/gu, '_$&')
    .toLowerCase();
}
