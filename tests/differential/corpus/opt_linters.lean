def unusedArgument (x y : Nat) : Nat := x
theorem unusedHypothesis (a b : Nat) (h : a = b) : True := by
  have h₂ := h
  trivial
def unusedLet : Nat :=
  let z := 5
  3
def unusedPattern : Nat × Nat → Nat := fun (a, b) => a
set_option linter.unusedVariables false in
def quiet (x y : Nat) : Nat := x
set_option linter.all true in
def loud (x y : Nat) : Nat := x
set_option linter.missingDocs true
def undocumented := 3
/-- Documented. -/
def documented := 4
