import { lazy, Suspense } from 'react'

const QrCode = lazy(async () => ({ default: (await import('./QrCode.tsx')).QrCode }))

/** A QR code that is drawn when its code has come. Its place is kept: nothing below moves away under a finger or the focus. */
export const QrPlace = (props: React.ComponentProps<typeof QrCode>) => (
  <Suspense fallback={<div className="qr" />}>
    <QrCode {...props} />
  </Suspense>
)
