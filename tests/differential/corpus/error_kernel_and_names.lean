theorem dup : True := trivial
theorem dup : True := trivial
def Nat.add : Nat := 3
theorem notProp : Nat := 3
lemma noKeyword : True := trivial
instance : Inhabited := ⟨3⟩
abbrev Alias := NoSuchType
theorem dup' : True ∧ True := ⟨dup, dup, dup⟩
example : ∃ n : Nat, n > 3 := ⟨3, by decide⟩
example (n : Nat) (h : n < 3) : n < 2 := by
  interval_cases n
