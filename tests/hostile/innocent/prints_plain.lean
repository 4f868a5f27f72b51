#eval IO.println "to the output"
#eval IO.eprintln "to the errors"
#eval (do IO.println ((← IO.currentDir).fileName.getD "?") : IO Unit)
#eval (do IO.println s!"{(← (← IO.getStdin).getLine).length}" : IO Unit)
theorem deep (p : Prop) (h : p) : p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p := by
  repeat (first | exact h | constructor)
def implicit (a : α) (unused : Nat) : α := a
