-- Reads, for ever, from every descriptor that it can open: requests perhaps.
def readFrom (n : Nat) : BaseIO Unit := do
  let _ ← (do
    let h ← IO.FS.Handle.mk s!"/proc/self/fd/{n}" .read
    let _ ← h.read 1 : IO Unit).toBaseIO
def start (n : Nat) : IO Unit := do
  let _ ← IO.asTask (readFrom n : BaseIO Unit) .dedicated
#eval start 3
#eval start 4
#eval start 5
#eval start 6
