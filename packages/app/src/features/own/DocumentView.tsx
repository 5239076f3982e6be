import { Button } from '@mantine/core'
import { IconFile, IconPhoto } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hex } from '../../keeper/api.ts'
import { keeper } from '../../keeper/client.ts'
import { FailureNote } from '../../ui/FailureNote.tsx'
import { saveFile } from '../../ui/saveFile.ts'
import { fileNameOf } from './fileName.ts'

/**
 * The picture or the PDF of a document. A picture is painted as dots; a PDF, which may run things, is opened by nothing here: it
 * is saved, for the reader's own program.
 */
export default function DocumentView({ record, title }: { record: Hex; title: string }) {
  const { t } = useTranslation()
  const open = useMutation({
    async mutationFn() {
      const { contentType, bytes } = await keeper.document(record)
      if (contentType !== 'application/pdf')
        return createImageBitmap(new Blob([bytes], { type: contentType }))
      saveFile(fileNameOf(title, 'pdf'), contentType, bytes)
      return null
    },
  })
  const picture = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = picture.current
    if (!canvas || !open.data) return
    const { width, height } = open.data
    Object.assign(canvas, { width, height })
    canvas.getContext('2d')!.drawImage(open.data, 0, 0)
  }, [open.data])
  if (open.data) return <canvas ref={picture} className="document" role="img" aria-label={title} />
  return (
    <>
      {open.isError && <FailureNote error={open.error} saved={t('own.notOpened')} />}
      <Button
        size="md"
        variant="default"
        leftSection={open.data === null ? <IconFile aria-hidden /> : <IconPhoto aria-hidden />}
        loading={open.isPending}
        onClick={() => open.mutate()}
      >
        {t('own.open')}
      </Button>
    </>
  )
}
