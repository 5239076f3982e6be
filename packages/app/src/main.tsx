import '@mantine/core/styles/global.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles.css'
import 'virtual:theme.css'
import './app/app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { startMessages } from './messages/messages.ts'
import { startOffline } from './app/offline.ts'

await startMessages()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
startOffline()
