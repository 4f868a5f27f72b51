theorem two_errors (a b : Nat) : a + b = b + a := by
  have h₁ : a = a + 1 := by omega
  have h₂ : b = b + 1 := by rfl
  omega

theorem intro_too_much (p : Prop) (h : p) : p := by
  intro x
  exact h

theorem cases_on_nothing (p : Prop) (h : p) : p := by
  cases h

theorem no_goals : True := by
  trivial
  trivial

theorem unknown_tactic : True := by
  frobnicate
