/- Lists by `simp`, with the lemmas that the library marks for it. -/

theorem swap_lengths (xs ys : List Nat) :
    (xs ++ ys).length = (ys ++ xs).length := by
  simp [Nat.add_comm]

theorem nothing_lost (xs : List Nat) : (xs.map id).reverse.reverse = xs := by
  simp

theorem found (x : Nat) (xs : List Nat) : x ∈ xs ++ [x] := by
  simp
