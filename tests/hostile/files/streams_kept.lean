def sink : IO Unit := do
  let buffer ← IO.mkRef {}
  let _ ← IO.setStdout (.ofBuffer buffer)
  let _ ← IO.setStdin (.ofBuffer buffer)
  let _ ← IO.setStderr (.ofBuffer buffer)
#eval sink
#eval IO.println "where does this go"
