/- Well-founded recursion: Lean wants to see why it ends. -/

def gcd (a b : Nat) : Nat :=
  if b = 0 then a else gcd b (a % b)
termination_by b
decreasing_by apply Nat.mod_lt; omega

theorem gcd_zero (a : Nat) : gcd a 0 = a := by
  simp [gcd]

mutual
def isEven : Nat → Bool
  | 0 => true
  | n + 1 => isOdd n
def isOdd : Nat → Bool
  | 0 => false
  | n + 1 => isEven n
end

theorem four_is_even : isEven 4 = true := by
  simp [isEven, isOdd]
