-- Handles that are never closed.
partial def open_ (n : Nat) (acc : List IO.FS.Handle) : IO Nat := do
  if n = 0 then return acc.length
  let h ← IO.FS.Handle.mk s!"left-{n % 3}" .write
  open_ (n - 1) (h :: acc)
#eval open_ 300 []
