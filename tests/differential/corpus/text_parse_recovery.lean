theorem good₁ : True := trivial
theorem bad₁ : := trivial
theorem good₂ : True := trivial
def bad₂ (n : Nat := n
theorem good₃ : True := trivial
) stray
#check good₃
example : 1 + = 2 := rfl
theorem bad₃ : True := by
  (exact trivial
theorem good₄ : True := trivial
!! $$ %%
lemma bad₄ : True := trivial
theorem good₅ : 1 = 2 := rfl
def x y : Nat := 3
theorem
