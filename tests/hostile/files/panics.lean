partial def panics (n : Nat) : BaseIO Unit := do
  if n > 0 then
    let m : Nat := panic! "again"
    IO.sleep m.toUInt32
    panics (n - 1)
#eval panics 200
example : 1 = 2 := rfl
