/-! What the commands compute, and what is proved of it. Knows nothing of lean-worker. -/
namespace Numbers

def divides (d n : Nat) : Bool :=
  n % d == 0

theorem divides_self (n : Nat) : divides n n = true := by
  simp [divides]

theorem divides_mul (d k : Nat) : divides d (d * k) = true := by
  simp [divides]

/-- The least divisor of `n` that is not below `d`. -/
partial def leastFrom (n d : Nat) : Nat :=
  if d * d > n then n
  else if divides d n then d
  else leastFrom n (d + 1)

def isPrime (n : Nat) : Bool :=
  n ≥ 2 && leastFrom n 2 == n

/-- The prime factors of a number, the least first. -/
partial def factors (n : Nat) : List Nat :=
  if n < 2 then []
  else
    let d := leastFrom n 2
    d :: factors (n / d)

end Numbers
