export function Provider() {
  return <h1>Provider</h1>
}
