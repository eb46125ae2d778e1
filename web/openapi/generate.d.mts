/** The description that the orchestrator serves as /openapi.json, as committed. */
export const DESCRIPTION: URL
/** The file that `npm run api` writes. */
export const GENERATED: URL
export function readDescription(): {
  components: { schemas: Record<string, { properties: Record<string, unknown> }> }
}
export function generate(description: object): Promise<string>
