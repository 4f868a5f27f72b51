-- Goes on after the file has ended, and speaks.
partial def talk (n : Nat) : BaseIO Unit := do
  IO.sleep 50
  let _ ← (IO.println s!"still here {n}").toBaseIO
  let _ ← (IO.eprintln s!"still here {n}").toBaseIO
  if n > 0 then talk (n - 1)
#eval (do let _ ← IO.asTask (talk 60 : BaseIO Unit) .dedicated : IO Unit)
