export function Leases() {
  return <h1>Leases</h1>
}
