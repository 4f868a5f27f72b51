/- A recursion that is too deep for any stack. -/

def deep : Nat → Nat
  | 0 => 0
  | n + 1 => deep n + 1

#eval deep 100000000
