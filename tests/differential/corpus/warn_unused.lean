theorem a_then_b (a b : Nat) (ha : a = 1) (hb : b = 2) : a = 1 := by
  have unused := hb
  exact ha

def firstOf (x y : Nat) : Nat :=
  let z := y
  x

example (n : Nat) : Nat := match n with
  | 0 => 0
  | m + 1 => 3
