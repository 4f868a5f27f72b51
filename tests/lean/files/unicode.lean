-- αβγ 😀
theorem «naïve 😀» (α : Type) (a b : α) (h : a = b) : b = a := by
  /- 😀😀 -/ exact (h ▸ ‹a = c›)

#check («naïve 😀» : ∀ α, _)
#eval "ünïcödé 😀"
#eval "𝔸".length + y
