-- Streams that fail at each use.
def bad : IO.FS.Stream where
  flush := throw (IO.userError "no flush")
  read _ := throw (IO.userError "no read")
  write _ := throw (IO.userError "no write")
  getLine := throw (IO.userError "no line")
  putStr _ := throw (IO.userError "no text")
  isTty := pure true
#eval (do let _ ← IO.setStdout bad; let _ ← IO.setStderr bad; let _ ← IO.setStdin bad : IO Unit)
#eval IO.println "lost"
