/** What we use of web-push, which brings no types. */
declare module 'web-push' {
  interface RequestDetails {
    method: 'POST'
    headers: Record<string, string | number>
    body: Buffer
    endpoint: string
  }
  interface Options {
    vapidDetails: { subject: string; publicKey: string; privateKey: string }
    TTL: number
    topic: string
    urgency: 'very-low' | 'low' | 'normal' | 'high'
  }
  const webPush: {
    generateRequestDetails(
      subscription: { endpoint: string; keys: { p256dh: string; auth: string } },
      payload: string,
      options: Options,
    ): RequestDetails
  }
  export default webPush
}
