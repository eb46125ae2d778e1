/** A comma-separated list; null when an item is not a valid attribute. */
export function attributesOf(text: string): string[] | null {
  const list = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
  return list.length <= 8 && list.every((word) => /^[\x21-\x7e]{1,32}$/.test(word)) ? list : null
}
