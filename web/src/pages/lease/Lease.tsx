export function Lease() {
  return <h1>Lease</h1>
}
