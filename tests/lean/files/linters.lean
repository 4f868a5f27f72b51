theorem unused (a b : Nat) (h : a = b) : 1 = 1 := by
  have x := h
  rfl

def f (n : Nat) : Nat := 3
