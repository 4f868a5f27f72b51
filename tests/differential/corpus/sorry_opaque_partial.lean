partial def spin (n : Nat) : Nat := if n = 0 then sorry else spin (n - 1)
opaque behind : Nat := sorry
private theorem tucked : 1 = 2 := sorry
unsafe def wild : Nat := sorry
