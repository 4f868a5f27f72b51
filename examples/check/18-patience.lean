/- Long honest work. It looks for a cancel now and then, so its worker lives on
when the time is over. -/

open Lean in
/-- The same exercise many times. -/
macro "practise " n:num : command => do
  let one ← `(example (a b c : Int) (h : a < b) (k : b < c) : a + 1 < c := by omega)
  return ⟨mkNullNode (Array.replicate n.getNat one)⟩

practise 50000
