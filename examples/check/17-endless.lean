/- A loop that looks at nothing, so that it can only be killed. -/

partial def spin (n : Nat) : Nat :=
  spin (n + 1)

#eval spin 0
