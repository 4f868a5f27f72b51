  #check   Nat
    example   :   1 = 2   :=   rfl
#check /- α -/ missing₁ /- β -/
def «α β» (γ : Nat) : Nat := γ + missing₂; #check «α β»
#check (
  missing₃
  )
example : (1 : Nat) = "🎈🎈" := rfl
example : Nat := "🎈" ++ missing₄
theorem spans_lines
    (a : Nat)
    (b : Nat) :
    a = b := by
  have : a = a :=
    rfl
  skip
#check missing₅ ; #check missing₆
