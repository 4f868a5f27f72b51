-- Ends the process while it works on somebody else's file.
def later : BaseIO Unit := do
  IO.sleep 1500
  let _ ← (IO.Process.exit 0 : IO Unit).toBaseIO
#eval (do let _ ← IO.asTask (later : BaseIO Unit) .dedicated : IO Unit)
