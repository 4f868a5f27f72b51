def deep (n : Nat) : Nat := if n = 0 then 0 else deep (n - 1) + 1
#eval deep 100000000
