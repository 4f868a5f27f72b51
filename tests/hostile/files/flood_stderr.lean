-- Past Lean's own streams, straight to the process's standard error.
partial def flood (n : Nat) : Nat :=
  if n = 0 then 0
  else dbgTrace "0123456789012345678901234567890123456789012345678901234567890123456789"
    fun _ => flood (n - 1)
partial def flood' (n : Nat) : BaseIO Unit := do
  if n > 0 then
    let _ ← (do (← IO.getStderr).putStr "0123456789012345678901234567890123456789\n" : IO Unit).toBaseIO
    flood' (n - 1)
#eval flood 60
#eval flood' 5000
example : 1 = 2 := rfl
