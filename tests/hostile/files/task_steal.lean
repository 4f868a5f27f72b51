-- Reads for ever where requests and cancels come in.
def readFrom (n : Nat) : BaseIO Unit := do
  let _ ← (do
    let h ← IO.FS.Handle.mk s!"/proc/self/fd/{n}" .read
    let _ ← h.read 1 : IO Unit).toBaseIO
def start (n : Nat) : IO Unit := do
  let _ ← IO.asTask (readFrom n : BaseIO Unit) .dedicated
#eval start 10
#eval start 12
