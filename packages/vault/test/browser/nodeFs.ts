// Stands in for node:fs in a page: the stage serves vectors/ under the path that the file has in the repository.

export function readFileSync(url: URL): string {
  const request = new XMLHttpRequest()
  request.open('GET', url, false)
  request.send()
  if (request.status !== 200) throw new Error(`${url.pathname}: ${request.status}`)
  return request.responseText
}
