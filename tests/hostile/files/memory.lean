partial def grow (n : Nat) (held : List (Array Nat)) : IO Nat := do
  grow (n + 1) (Array.replicate (40000000 + n) n :: held)
#eval grow 0 []
