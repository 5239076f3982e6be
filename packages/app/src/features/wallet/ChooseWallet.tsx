import { Button, Stack, Text } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { announcedWallets, watchWallets, type AnnouncedWallet } from './announced.ts'

/** The wallets of this browser, by the names that they give themselves. */
export function ChooseWallet(props: { isPending: boolean; onChosen: (wallet: AnnouncedWallet) => void }) {
  const { t } = useTranslation()
  const wallets = useSyncExternalStore(watchWallets, announcedWallets)
  if (wallets.length === 0) return <Text role="status">{t('wallet.none')}</Text>
  return (
    <Stack component="ul" gap="xs" className="list" aria-label={t('wallet.choose')}>
      {wallets.map((wallet) => (
        <li key={wallet.id}>
          <Button
            fullWidth
            variant="default"
            size="md"
            h="auto"
            mih="3rem"
            leftSection={wallet.icon ? <Picture png={wallet.icon} /> : <IconWallet aria-hidden size={32} />}
            disabled={props.isPending}
            onClick={() => props.onChosen(wallet)}
          >
            <span>
              {t('wallet.use', { name: wallet.name })}
              <Text span display="block" size="xs" c="dimmed">
                {wallet.rdns}
              </Text>
            </span>
          </Button>
        </li>
      ))}
    </Stack>
  )
}

const sidePixels = 32

/** Drawn, because the page's policy lets no picture in but this app's own. */
function Picture({ png }: { png: Uint8Array<ArrayBuffer> }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let isGone = false
    createImageBitmap(new Blob([png], { type: 'image/png' })).then(
      (bitmap) => isGone || canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0, sidePixels, sidePixels),
      // It is no picture: the name says enough.
      () => {},
    )
    return () => void (isGone = true)
  }, [png])
  return <canvas ref={canvas} width={sidePixels} height={sidePixels} aria-hidden />
}
