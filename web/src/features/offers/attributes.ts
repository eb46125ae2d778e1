/** Words with commas between; null when one of them is no attribute. */
export function attributesOf(text: string): string[] | null {
  const list = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
  return list.length <= 8 && list.every((word) => /^[\x21-\x7e]{1,32}$/.test(word)) ? list : null
}
