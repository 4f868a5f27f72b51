/- A panic is a message on stderr; Lean goes on with a default value. -/

def risky (n : Nat) : Nat :=
  if n = 0 then panic! "zero" else n

#eval risky 0
#eval risky 1
