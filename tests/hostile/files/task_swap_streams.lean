-- A task that keeps on taking the standard streams away.
partial def swap (n : Nat) : BaseIO Unit := do
  let buffer ← IO.mkRef {}
  let _ ← IO.setStdout (.ofBuffer buffer)
  let _ ← IO.setStderr (.ofBuffer buffer)
  IO.sleep 20
  if n > 0 then swap (n - 1)
#eval (do let _ ← IO.asTask (swap 150 : BaseIO Unit) .dedicated : IO Unit)
