import { Center, Loader } from '@mantine/core'

/** Until the code of a page is there. */
export const Waiting = () => (
  <Center mih="40vh">
    <Loader />
  </Center>
)
