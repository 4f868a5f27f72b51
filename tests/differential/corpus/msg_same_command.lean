/-- A command with errors, warnings and infos of its own. -/
example (unused : Nat) : True ∧ 1 = 2 := by
  have h : 3 = 3 := by
    trace "info inside"
    rfl
  constructor
  · exact missing
  · sorry
#check 1 + true
#check (missing₁, missing₂, missing₃)
def many (a b c : Nat) : Nat × Nat := (missing₄, "s")
where
  helper : Nat := "t"
  other (n : Nat) : Nat := helper + missing₅
