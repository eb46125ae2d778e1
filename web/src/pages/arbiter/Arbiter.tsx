export function Arbiter() {
  return <h1>Arbiter</h1>
}
