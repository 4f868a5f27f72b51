-- Ends with an open, unflushed file. Its text must arrive, the end must be orderly.
public def main : IO Unit := do
  let h ← IO.FS.Handle.mk "handle.txt" .write
  h.putStr "abc"
