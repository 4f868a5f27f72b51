-- Not a tail call, so each step takes stack.
partial def deep (n : Nat) : Nat := 1 + deep (n + 1)
#eval deep 0
