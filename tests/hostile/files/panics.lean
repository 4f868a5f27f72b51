partial def panics (n : Nat) : Nat :=
  if n = 0 then 0 else (panic! "again" : Nat) + panics (n - 1)
#eval panics 200
example : 1 = 2 := rfl
