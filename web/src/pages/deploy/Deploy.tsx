export function Deploy() {
  return <h1>Deploy</h1>
}
