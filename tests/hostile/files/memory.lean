partial def grow (n : Nat) (acc : List ByteArray) : IO Nat := do
  let more : ByteArray := ⟨Array.replicate 4000000 7⟩
  grow (n + more.size) (more :: acc)
#eval grow 0 []
