/-- Ζῆθος, 名前, имя, 🎈 -/
def «größe» (α₁ β' : Nat) : Nat := α₁ + β'
theorem ∀ₓ : True := trivial
theorem «定理» : «größe» 1 2 = 3 := rfl
#check «größe»
#eval "日本語 🎈 é é"
#eval "🎈".length
example : "ä" = "a" := by decide
example : «größe» 1 2 = 4 := by 🎈
/- 🎈🎈🎈 -/ example : Nat := /- ☃ -/ "☃"
#eval 'λ'.toNat
def λx := 3
