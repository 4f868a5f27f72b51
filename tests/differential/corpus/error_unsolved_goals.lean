theorem one_goal (a b : Nat) (h : a < b) : ¬ b < a := by
  skip

theorem two_goals (p q : Prop) : p ∧ q := by
  constructor

theorem nested (p q r : Prop) (hp : p) : p ∧ (q ∨ r) := by
  constructor
  · exact hp
  · left

theorem case_tags (n : Nat) : n = n + 0 ∨ n = 1 := by
  cases n
  case zero => left

theorem placeholder (p q : Prop) (h : p → q) (hp : p) : q := h ?_

theorem underscore (p q : Prop) (h : p → q) (hp : p) : q := h _
